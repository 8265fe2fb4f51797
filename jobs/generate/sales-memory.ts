import type { Random } from './random.ts';
import type { Sale } from './row-writer.ts';

const REMEMBERED = 4_096;
const FIELDS = 7;

/** The last sales, for returns to refer to. */
export class SalesMemory {
  readonly #past = new Int32Array(REMEMBERED * FIELDS);
  #kept = 0;

  keep(sale: Sale): void {
    const past = this.#past;
    const at = (this.#kept++ % REMEMBERED) * FIELDS;
    past[at] = sale.store;
    past[at + 1] = sale.product;
    past[at + 2] = sale.customer;
    past[at + 3] = sale.quantity;
    past[at + 4] = sale.price;
    past[at + 5] = sale.percent;
    past[at + 6] = sale.payment;
  }

  /** Makes `sale` the return of all or some pieces of an earlier sale, at the price paid; false if there is none. */
  recallReturn(sale: Sale, random: Random): boolean {
    if (this.#kept === 0) return false;
    const past = this.#past;
    const at = random.below(Math.min(this.#kept, REMEMBERED)) * FIELDS;
    sale.store = past[at]!;
    sale.product = past[at + 1]!;
    sale.customer = past[at + 2]!;
    sale.quantity = -1 - random.below(past[at + 3]!);
    sale.price = past[at + 4]!;
    sale.percent = past[at + 5]!;
    sale.payment = past[at + 6]!;
    return true;
  }
}
