import { BULK, type BulkFile } from './bulk-file.ts';
import type { TableImage } from './page-image.ts';
import { addingSql, type RollUpChange, removeEmptied } from './roll-up-rows.ts';
import { STAGED_COLUMNS } from './roll-up-tables.ts';
import type { Statements } from './statements.ts';

const PLACES = Int32Array.from(STAGED_COLUMNS, (_, i) => i + 1);

/** Adds to the rows of all roll-ups by way of the bulk file, where they are one after the other in one table. */
export class RollUpStaging {
  readonly #statements: Statements;
  readonly #changes: readonly RollUpChange[];
  readonly #image: TableImage;
  /** Numbers from 1 on. */
  #entries = new Float64Array(0);
  readonly #sql: readonly string[];

  constructor(statements: Statements, bulk: BulkFile, changes: readonly RollUpChange[]) {
    this.#statements = statements;
    this.#changes = changes;
    this.#image = bulk.image('roll_ups', STAGED_COLUMNS.length + 1);
    this.#sql = changes.map(({ table }) => {
      const columns = STAGED_COLUMNS.slice(0, table.key.length + table.sums.length);
      return addingSql(table, `SELECT ${columns.join(', ')} FROM ${BULK}.roll_ups WHERE entry > ? AND entry <= ?`);
    });
  }

  /** Puts the changes into the bulk file, to be read when that is published. */
  stage(): void {
    let last = 0;
    for (const { table, sums } of this.#changes) {
      const entries = this.#upTo(last + sums.size).subarray(last);
      last += sums.size;
      const width = table.key.length + table.sums.length;
      this.#image.add(entries, sums.columns.slice(0, width), PLACES.subarray(0, width), sums.size);
    }
    this.#image.finish();
  }

  #upTo(last: number): Float64Array {
    if (last > this.#entries.length) this.#entries = countUp(Math.max(last, this.#entries.length * 2));
    return this.#entries.subarray(0, last);
  }

  /** Adds what was staged; the changes must still be what they were. */
  copy(): void {
    let last = 0;
    this.#changes.forEach((change, i) => {
      this.#statements.get(this.#sql[i]!).run(last, last + change.sums.size);
      last += change.sums.size;
      removeEmptied(this.#statements, change);
    });
  }

  clear(): void {
    this.#image.clear();
  }
}

/** The numbers from 1 to `last`. */
function countUp(last: number): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(last);
  for (let i = 0; i < last; i++) numbers[i] = i + 1;
  return numbers;
}
