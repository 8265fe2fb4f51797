import type { Fault } from '../../engine/operator.ts';
import type { Report } from './column-typing.ts';

/** What distinct cells were read as, by their number: a value, NaN where there is none, or what is wrong. */
export class DistinctNumbers {
  size = 0;
  #values = new Float64Array(256);
  readonly #faults = new Map<number, Fault>();

  /** What the next distinct cell was read as. */
  add(outcome: number | Fault): void {
    if (this.size === this.#values.length) {
      const larger = new Float64Array(2 * this.size);
      larger.set(this.#values);
      this.#values = larger;
    }
    if (typeof outcome !== 'number') this.#faults.set(this.size, outcome);
    this.#values[this.size++] = typeof outcome === 'number' ? outcome : Number.NaN;
  }

  clear(): void {
    this.size = 0;
    this.#faults.clear();
  }

  /** Writes the value of each cell to `values`, and reports those at fault. */
  fill(codes: Int32Array, values: Float64Array, report: Report): void {
    const known = this.#values;
    for (let row = 0, { length } = codes; row < length; row++) values[row] = known[codes[row]!]!;
    if (this.#faults.size === 0) return;
    for (let row = 0, { length } = codes; row < length; row++) {
      const fault = this.#faults.get(codes[row]!);
      if (fault) report(row, fault);
    }
  }
}
