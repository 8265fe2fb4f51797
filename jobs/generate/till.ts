import { isoDate, tradeByHour } from './calendar.ts';
import { MemberDirectory } from './members.ts';
import { priceList, productTable } from './price-list.ts';
import { discounts } from './promotions.ts';
import { drawTable, Random } from './random.ts';
import { PAYMENTS, RowWriter, type Sale } from './row-writer.ts';
import { SalesMemory } from './sales-memory.ts';
import type { Shop } from './shop.ts';
import { Spoiler } from './spoiler.ts';

export interface TillOptions {
  readonly seed: number;
  /** Fraction of the records to spoil. */
  readonly dirty: number;
  /** Whether texts stand in quotes. */
  readonly quoted: boolean;
  readonly firstOrder: number;
}

/** More bytes than one order can take, spoilt in every line. */
export const ORDER_BYTES = 4_096;

/** Lines of an order, and pieces of a line of what is bought singly or in bulk: drawn uniformly from these. */
const LINES = Uint8Array.of(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 6);
const SINGLE = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3);
const BULK = Uint8Array.of(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6, 12);
const PAYMENT_SHARES = [52, 21, 20, 5, 2];
const STORE_DRAWS = 4_096;
const RETURN_SHARE = 0.04;

/**
 * Rings up orders as CSV rows: an order's lines together, times and order ids ascending. What comes depends on the
 * options and the calls made, on nothing else.
 */
export class Till {
  /** Physical line of the file, 1-based, that comes next; set it when a file begins. */
  line = 2;
  /** Money in the records that are to be accepted, in 1/10,000 of the currency unit. */
  revenue = 0;
  readonly spoiler: Spoiler;

  readonly #shop: Shop;
  readonly #seed: number;
  readonly #random: Random;
  readonly #writer: RowWriter;
  readonly #members: MemberDirectory;
  readonly #memory = new SalesMemory();
  readonly #stores: Uint16Array;
  readonly #payments: Uint16Array;
  readonly #bulk: Uint8Array;
  readonly #sale: Sale;

  #products: Uint16Array = new Uint16Array(0);
  #prices: Int32Array = new Int32Array(0);
  #percents: Uint8Array = new Uint8Array(0);
  #trade: Float64Array = new Float64Array(0);
  #rows = 0;
  #rowsLeft = 0;
  #hour = 0;

  constructor(shop: Shop, options: TillOptions) {
    this.spoiler = new Spoiler(options.seed, options.dirty);
    this.#shop = shop;
    this.#seed = options.seed;
    this.#random = new Random(options.seed, 6);
    this.#writer = new RowWriter(shop, options.quoted);
    const sizes = shop.stores.map(({ size }) => size);
    this.#members = new MemberDirectory(sizes);
    this.#stores = drawTable(sizes, STORE_DRAWS);
    this.#payments = drawTable(PAYMENT_SHARES, 256);
    this.#bulk = Uint8Array.from(shop.products, ({ category }) => (category.bulk ? 1 : 0));
    const order = options.firstOrder - 1;
    this.#sale = {
      ...{ order, line: 0, second: 0, store: 0, product: 0 },
      ...{ customer: 0, quantity: 0, price: 0, percent: 0, payment: PAYMENTS.length - 1 },
    };
  }

  get rowsLeft(): number {
    return this.#rowsLeft;
  }

  /** Begins a day on which `rows` rows are sold. */
  open(day: number, rows: number): void {
    const { products } = this.#shop;
    this.#writer.date = isoDate(day);
    this.#percents = discounts(this.#seed, day, products);
    this.#products = productTable(products, day, this.#percents);
    this.#prices = priceList(products, day);
    this.#trade = tradeByHour(day);
    this.#hour = 0;
    this.#rows = rows;
    this.#rowsLeft = rows;
  }

  /** Writes orders to `target` from `at` while the day has any and there is room; returns where they end. */
  fill(target: Buffer, at: number): number {
    const limit = target.length - ORDER_BYTES;
    let end = at;
    while (this.#rowsLeft > 0 && end <= limit) end = this.#ringUp(target, end);
    return end;
  }

  #ringUp(target: Buffer, at: number): number {
    const random = this.#random;
    const sale = this.#sale;
    const draws = random.next();
    sale.order++;
    sale.line = 1;
    if (random.fraction() < RETURN_SHARE && this.#memory.recallReturn(sale, random)) {
      this.#advanceTime(1);
      return this.#write(target, at);
    }
    const lines = Math.min(LINES[draws & 15]!, this.#rowsLeft);
    this.#advanceTime(lines);
    sale.store = this.#stores[(draws >>> 4) & (STORE_DRAWS - 1)]!;
    sale.payment = this.#payments[(draws >>> 16) & 255]!;
    sale.customer = this.#members.draw(sale.store, random);
    let end = at;
    for (; sale.line <= lines; sale.line++) end = this.#sell(target, end);
    return end;
  }

  #sell(target: Buffer, at: number): number {
    const sale = this.#sale;
    const draws = this.#random.next();
    const product = this.#products[(draws >>> 4) & (this.#products.length - 1)]!;
    sale.product = product;
    sale.quantity = (this.#bulk[product]! === 1 ? BULK : SINGLE)[draws & 15]!;
    sale.price = this.#prices[product]!;
    sale.percent = this.#percents[product]!;
    this.#memory.keep(sale);
    return this.#write(target, at);
  }

  #write(target: Buffer, start: number): number {
    const sale = this.#sale;
    // A price in hundredths times a percentage is exactly in 1/10,000 of the currency unit.
    const revenue = sale.quantity * sale.price * (100 - sale.percent);
    const end = this.#writer.write(target, start, sale);
    this.#rowsLeft--;
    if (this.spoiler.strikes()) return this.#spoil(target, start, end, revenue);
    this.revenue += revenue;
    this.line++;
    return end;
  }

  #spoil(target: Buffer, start: number, end: number, revenue: number): number {
    const after = this.spoiler.spoil(target, start, end, this.line);
    if (this.spoiler.last?.expected === 'accepted') this.revenue += revenue;
    for (let i = start; i < after; i++) if (target[i] === 10) this.line++;
    return after;
  }

  /** Moves the clock to the next order. The rows sold so far are a share of the day's trade, and that has its time. */
  #advanceTime(lines: number): void {
    const trade = this.#trade;
    const share = (this.#rows - this.#rowsLeft + lines * this.#random.fraction()) / this.#rows;
    while (this.#hour < 23 && trade[this.#hour + 1]! <= share) this.#hour++;
    const from = trade[this.#hour]!;
    const part = (share - from) / (trade[this.#hour + 1]! - from);
    this.#sale.second = Math.floor((this.#hour + part) * 3600);
  }
}
