import { TillstreamError } from '../engine/errors.ts';
import type { WriteTallies } from '../operators/warehouse.ts';

/** Counts what a transaction was given of a file, in three ways that have to agree before it is committed. */
export class CommitGroup {
  readonly fileId: number;
  #given = { records: 0, amount: 0 };
  #aggregated = { records: 0, amount: 0 };
  /** Rows that should have been inserted. */
  #rows = 0;

  constructor(fileId: number) {
    this.fileId = fileId;
  }

  /** Records of the main port, and what became of them. */
  add(tallies: WriteTallies): void {
    for (const { records, amount } of Object.values(tallies)) {
      this.#given.records += records;
      this.#given.amount += amount;
    }
    this.#rows += tallies.inserted.records + tallies.updated.records;
  }

  /** Records that `aggregate` counted. */
  addAggregated(lines: number, revenue: number): void {
    this.#aggregated.records += lines;
    this.#aggregated.amount += revenue;
  }

  /** Throws unless what was given, what SQLite says it inserted and what the roll-ups counted are one and the same. */
  check(file: string, inserted: number): void {
    const given = this.#given;
    const aggregated = this.#aggregated;
    if (given.records !== aggregated.records || given.amount !== aggregated.amount) {
      throw new TillstreamError(
        'roll_ups_differ',
        `${file}: batch-insert was given ${given.records} records with ${given.amount} of money in 1/10,000, aggregate counted ` +
          `${aggregated.records} with ${aggregated.amount}; the plan needs aggregate, and after it nothing that adds, drops or changes records`,
      );
    }
    if (this.#rows === inserted) return;
    throw new TillstreamError(
      'rows_differ',
      `${file}: ${this.#rows} rows were given to SQLite, which inserted ${inserted}`,
    );
  }
}
