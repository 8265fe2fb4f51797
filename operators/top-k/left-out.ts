import type { Batch } from '../../engine/batch.ts';
import type { Outputs } from '../../engine/operator.ts';
import type { HeldRecord, RecordShape } from '../held/record-shape.ts';

/** Counts records that are left out, in the order in which that is known: rows of the batch at hand, and records held until now. */
export class LeftOut {
  readonly #batch: Batch;
  readonly #shape: RecordShape;
  readonly #out: Outputs;
  readonly #reason: string;
  #rows: number[] = [];
  #records: HeldRecord[] = [];

  constructor(batch: Batch, shape: RecordShape, out: Outputs, reason: string) {
    this.#batch = batch;
    this.#shape = shape;
    this.#out = out;
    this.#reason = reason;
  }

  addRow(row: number): void {
    if (this.#records.length > 0) this.count();
    this.#rows.push(row);
  }

  addRecord(record: HeldRecord): void {
    if (this.#rows.length > 0) this.count();
    this.#records.push(record);
  }

  /** Counts those added since the last time. */
  count(): void {
    this.#out.filtered(this.#batch, Int32Array.from(this.#rows), this.#reason);
    if (this.#records.length > 0) {
      const records = this.#shape.batch(this.#records, this.#batch.split);
      const rows = Int32Array.from(this.#records, (_, row) => row);
      this.#out.filtered(records, rows, this.#reason);
    }
    this.#rows = [];
    this.#records = [];
  }
}
