import { int32s } from '../../engine/arrays.ts';
import type { Fault } from '../../engine/operator.ts';

/** The faults of a batch's rows, each row's in the order in which they were found. */
export class RowFaults {
  readonly #byRow = new Map<number, [Fault, ...Fault[]]>();

  /** The same fault of the same field, found once more where the field serves two columns, is not added again. */
  add(row: number, fault: Fault): void {
    const faults = this.#byRow.get(row);
    if (!faults) this.#byRow.set(row, [fault]);
    else if (!faults.some(({ code, field }) => code === fault.code && field === fault.field)) faults.push(fault);
  }

  /** Whether `field` is at fault in the row. */
  concern(row: number, field: string): boolean {
    return this.#byRow.get(row)?.some((fault) => fault.field === field) ?? false;
  }

  get size(): number {
    return this.#byRow.size;
  }

  /** Rows at fault, ascending, each with its faults. */
  entries(): [number, [Fault, ...Fault[]]][] {
    return [...this.#byRow].sort(([a], [b]) => a - b);
  }

  /** The other rows of so many, ascending. */
  goodRows(length: number): Int32Array {
    const rows = int32s(length - this.#byRow.size);
    for (let row = 0, i = 0; row < length; row++) if (!this.#byRow.has(row)) rows[i++] = row;
    return rows;
  }
}
