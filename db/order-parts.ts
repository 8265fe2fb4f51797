import type { Order } from './orders.ts';

/** Parts of orders, by column, in the order they came. Lines of one order that follow each other are one part. */
export class OrderParts {
  refs = new Float64Array(1024);
  days = new Float64Array(1024);
  stores = new Float64Array(1024);
  lines = new Float64Array(1024);
  /** The id of each part's first sale. */
  sales = new Float64Array(1024);
  size = 0;
  #kept = 0;

  /** Adds a line for each row that has a ref. */
  add(
    saleIds: Float64Array,
    orderRefs: Float64Array,
    rowDays: Float64Array,
    storeKeys: Float64Array,
    length: number,
  ): void {
    this.#reserve(length);
    const { refs, days, stores, lines, sales } = this;
    let last = this.size - 1;
    let current = last < 0 ? Number.NaN : refs[last]!;
    for (let row = 0; row < length; row++) {
      const ref = orderRefs[row]!;
      const day = rowDays[row]!;
      const store = storeKeys[row]!;
      if (ref === current) {
        lines[last] = lines[last]! + 1;
        if (day !== days[last] || store !== stores[last]) this.#move(last, day, store);
      } else if (!Number.isNaN(ref)) {
        current = ref;
        last++;
        refs[last] = ref;
        days[last] = day;
        stores[last] = store;
        lines[last] = 1;
        sales[last] = saleIds[row]!;
      }
    }
    this.size = last + 1;
  }

  /** An order counts on the earliest day, and there in the lowest store_key, of its lines. */
  #move(part: number, day: number, store: number): void {
    const earliest = this.days[part]!;
    if (day > earliest || (day === earliest && store > this.stores[part]!)) return;
    this.days[part] = day;
    this.stores[part] = store;
  }

  #reserve(more: number): void {
    if (this.size + more <= this.refs.length) return;
    const length = Math.max(this.refs.length * 2, this.size + more);
    this.refs = longer(this.refs, length);
    this.days = longer(this.days, length);
    this.stores = longer(this.stores, length);
    this.lines = longer(this.lines, length);
    this.sales = longer(this.sales, length);
  }

  /** Where the refs that ascend from there on end, at `end` at the latest. */
  ascendingUntil(from: number, end: number): number {
    const refs = this.refs;
    let to = Math.min(from + 1, end);
    while (to < end && refs[to - 1]! < refs[to]!) to++;
    return to;
  }

  /** The lines of the parts from one to another. */
  linesIn(from: number, to: number): number {
    const lines = this.lines;
    let sum = 0;
    for (let part = from; part < to; part++) sum += lines[part]!;
    return sum;
  }

  /** Keeps these parts, which come behind those kept before, when {@link dropRest} forgets all others. Moves nothing from `to` on. */
  keep(from: number, to: number): void {
    for (const column of [this.refs, this.days, this.stores, this.lines, this.sales]) {
      column.copyWithin(this.#kept, from, to);
    }
    this.#kept += to - from;
  }

  dropRest(): void {
    this.size = this.#kept;
    this.#kept = 0;
  }

  clear(): void {
    this.size = 0;
    this.#kept = 0;
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
