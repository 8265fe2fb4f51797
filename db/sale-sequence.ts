import { ascends } from './ascending.ts';
import { FILE_RANGE } from './fact-rows.ts';
import type { Statements } from './statements.ts';

/** First and last of some sale_ids. */
export type SaleSpan = readonly [first: number, last: number];

/** First and last sale_id that a file can have. */
export function saleRange(fileId: number): SaleSpan {
  return [fileId * FILE_RANGE, (fileId + 1) * FILE_RANGE - 1];
}

/** Knows whether the sales of the file that is being loaded have come in the order of their ids. */
export class SaleSequence {
  readonly #statements: Statements;
  #span: SaleSpan = [0, -1];
  #last = 0;
  #ascends = true;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Have they, so far? */
  get ascends(): boolean {
    return this.#ascends;
  }

  /** All ids that the file can have. */
  get span(): SaleSpan {
    return this.#span;
  }

  /** Notes ids, which are not among the sales yet. Returns true if these are the first that come too late. */
  breaksAt(ids: Float64Array, length: number): boolean {
    if (!(ids[0]! >= this.#span[0] && ids[0]! <= this.#span[1])) this.#begin(ids[0]!);
    if (!this.#ascends) return false;
    this.#ascends = ascends(ids, length, this.#last);
    this.#last = ids[length - 1]!;
    return !this.#ascends;
  }

  /** Forgets the file, whose last sales may have been rolled back. */
  clear(): void {
    this.#span = [0, -1];
  }

  #begin(id: number): void {
    this.#span = saleRange(Math.floor(id / FILE_RANGE));
    const sql = 'SELECT sale_id FROM sales WHERE sale_id BETWEEN ? AND ? ORDER BY sale_id DESC LIMIT 1';
    this.#last =
      (this.#statements
        .get(sql)
        .pluck()
        .get(...this.#span) as number | undefined) ?? -1;
    this.#ascends = true;
  }
}
