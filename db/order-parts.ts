import type { Order } from './orders.ts';

/** Parts of orders, by column. Lines of one order that follow each other are one part. */
export class OrderParts {
  refs = new Float64Array(1024);
  days = new Float64Array(1024);
  stores = new Float64Array(1024);
  lines = new Float64Array(1024);
  size = 0;

  /** Adds a line for each row that has a ref. */
  add(refs: Float64Array, days: Float64Array, stores: Float64Array, length: number): void {
    this.#reserve(length);
    let last = this.size - 1;
    for (let row = 0; row < length; row++) {
      const ref = refs[row]!;
      if (Number.isNaN(ref)) continue;
      if (last >= 0 && this.refs[last] === ref) this.#join(last, days[row]!, stores[row]!);
      else {
        last = this.size++;
        this.refs[last] = ref;
        this.days[last] = days[row]!;
        this.stores[last] = stores[row]!;
        this.lines[last] = 1;
      }
    }
  }

  /** An order counts on the earliest day, and there in the lowest store_key, of its lines. */
  #join(part: number, day: number, store: number): void {
    const earliest = this.days[part]!;
    if (day < earliest || (day === earliest && store < this.stores[part]!)) {
      this.days[part] = day;
      this.stores[part] = store;
    }
    this.lines[part]!++;
  }

  #reserve(more: number): void {
    if (this.size + more <= this.refs.length) return;
    const length = Math.max(this.refs.length * 2, this.size + more);
    this.refs = longer(this.refs, length);
    this.days = longer(this.days, length);
    this.stores = longer(this.stores, length);
    this.lines = longer(this.lines, length);
  }

  /** Forgets the parts from there on. */
  truncate(size: number): void {
    this.size = size;
  }

  /** Gives all parts, some at a time, and is empty afterwards. */
  *take(most: number): Generator<Order[]> {
    for (let from = 0; from < this.size; from += most) {
      const count = Math.min(most, this.size - from);
      yield Array.from({ length: count }, (_, i) => this.#order(from + i));
    }
    this.size = 0;
  }

  #order(part: number): Order {
    return { ref: this.refs[part]!, day: this.days[part]!, store: this.stores[part]!, lines: this.lines[part]! };
  }
}

function longer(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
