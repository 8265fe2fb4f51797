import { SALES_COLUMNS } from './dirt.ts';
import type { Shop } from './shop.ts';
import { putDigits, putHundredths, putInteger, Tokens } from './tokens.ts';

/** Ways of payment, the commonest first. */
export const PAYMENTS: readonly string[] = ['card', 'cash', 'mobile', 'gift_card', 'bank_transfer'];

/** The first line of a file of sales, with its line break. */
export const SALES_HEADER: string = `${SALES_COLUMNS.join(',')}\n`;

/** An order line about to be written. One object is filled again and again, so that a row allocates nothing. */
export interface Sale {
  order: number;
  line: number;
  /** Second of the day. */
  second: number;
  /** Index of the store, and below of the product and the way of payment. */
  store: number;
  product: number;
  /** 0 is somebody unknown. */
  customer: number;
  quantity: number;
  /** In hundredths of the currency unit. */
  price: number;
  /** Discount in whole percents. */
  percent: number;
  payment: number;
}

const COMMA = 44;
const COLON = 58;
const QUOTE = 34;
const DATE_BYTES = 11;

/** Writes sales as CSV rows, by bytes. With `quoted`, every cell that is text stands in quotes. */
export class RowWriter {
  readonly #quoted: boolean;
  readonly #stores: Tokens;
  readonly #products: Tokens;
  readonly #payments: Tokens;
  readonly #discounts: Tokens;
  #date: Buffer = Buffer.alloc(DATE_BYTES);

  constructor(shop: Shop, quoted: boolean) {
    const cell = (text: string): string => (quoted ? `"${text}"` : text);
    this.#quoted = quoted;
    this.#stores = new Tokens(shop.stores.map(({ id }) => `,${cell(id)},`));
    this.#products = new Tokens(shop.products.map(({ id }) => `${cell(id)},`));
    this.#payments = new Tokens(PAYMENTS.map((payment) => `,${cell(payment)}\n`));
    this.#discounts = new Tokens(Array.from({ length: 100 }, (_, percent) => `,${percent / 100}`));
  }

  /** Sets the day, as `YYYY-MM-DD`, of the rows to come. */
  set date(date: string) {
    this.#date = Buffer.from(`${date} `);
  }

  /** Writes a row with its line break to `target` at `start`; returns where it ends. */
  write(target: Buffer, start: number, sale: Sale): number {
    let at = this.#putNumbered(target, start, 79, sale.order, 9);
    target[at] = COMMA;
    at = putInteger(target, at + 1, sale.line);
    target[at] = COMMA;
    at = this.#putTime(target, at + 1, sale.second);
    at = this.#stores.put(target, at, sale.store);
    at = this.#products.put(target, at, sale.product);
    at = this.#putNumbered(target, at, 67, sale.customer, 6);
    target[at] = COMMA;
    at = putInteger(target, at + 1, sale.quantity);
    target[at] = COMMA;
    at = putHundredths(target, at + 1, sale.price);
    at = this.#discounts.put(target, at, sale.percent);
    return this.#payments.put(target, at, sale.payment);
  }

  /** An identifier: a letter and a number of `width` digits; nothing for the number 0. */
  #putNumbered(target: Buffer, start: number, letter: number, number: number, width: number): number {
    let at = start;
    if (this.#quoted) target[at++] = QUOTE;
    if (number > 0) {
      target[at] = letter;
      at = putDigits(target, at + 1, number, width);
    }
    if (this.#quoted) target[at++] = QUOTE;
    return at;
  }

  #putTime(target: Buffer, start: number, second: number): number {
    let at = start;
    if (this.#quoted) target[at++] = QUOTE;
    const date = this.#date;
    for (let i = 0; i < DATE_BYTES; i++) target[at++] = date[i]!;
    const minutes = Math.floor(second / 60);
    const hours = Math.floor(minutes / 60);
    at = putDigits(target, at, hours, 2);
    target[at] = COLON;
    at = putDigits(target, at + 1, minutes - hours * 60, 2);
    target[at] = COLON;
    at = putDigits(target, at + 1, second - minutes * 60, 2);
    if (this.#quoted) target[at++] = QUOTE;
    return at;
  }
}
