import type { Database } from 'better-sqlite3';
import { type Page, pageValues } from './kpi-query.ts';

/** A record that could not go on. */
export interface DeadLetter {
  readonly dead_letter_id: number;
  readonly run_id: number;
  readonly file_id: number;
  /** Name of the file. */
  readonly file: string;
  readonly dataset: string;
  readonly line: number;
  readonly byte_offset: number | null;
  readonly operator: string;
  /** Code of its gravest fault. */
  readonly reason: string;
  readonly field: string | null;
  readonly message: string;
  /** All its faults: code, message, field. */
  readonly faults: readonly { readonly code: string; readonly message: string; readonly field?: string }[];
  /** The record as it stood in the file. */
  readonly raw: string;
  /** Its money in 1/10,000 of the currency unit, where it could be read. */
  readonly amount: number | null;
}

export interface DeadLetterFilter extends Page {
  readonly run?: number | null;
  readonly file?: number | null;
  readonly reason?: string | null;
}

const WHERE = `
  WHERE (:run IS NULL OR f.run_id = :run) AND (:file IS NULL OR d.file_id = :file) AND (:reason IS NULL OR d.reason = :reason)`;
const FROM = 'FROM dead_letters d JOIN files f USING (file_id) JOIN datasets USING (dataset_key)';

/** Dead letters in the order of their files and lines. */
export function listDeadLetters(
  db: Database,
  { run = null, file = null, reason = null, ...page }: DeadLetterFilter = {},
): DeadLetter[] {
  const sql = `
    SELECT dead_letter_id, f.run_id, d.file_id, f.name AS file, dataset, d.line, byte_offset, operator, reason, field, message, faults, raw, amount
    ${FROM} ${WHERE} ORDER BY d.file_id, d.line, dead_letter_id LIMIT :limit OFFSET :offset`;
  const [limit, offset] = pageValues(page);
  const rows = db.prepare(sql).all({ run, file, reason, limit, offset }) as (Omit<DeadLetter, 'faults'> & {
    faults: string;
  })[];
  return rows.map((row) => ({ ...row, faults: JSON.parse(row.faults) as DeadLetter['faults'] }));
}

/** The same one after the other, however many there are. */
export function* eachDeadLetter(
  db: Database,
  fileId: number,
): Generator<Pick<DeadLetter, 'line' | 'reason' | 'message' | 'raw'>> {
  const sql = 'SELECT line, reason, message, raw FROM dead_letters WHERE file_id = ? ORDER BY line, dead_letter_id';
  yield* db.prepare(sql).iterate(fileId) as Iterable<Pick<DeadLetter, 'line' | 'reason' | 'message' | 'raw'>>;
}

export interface ReasonCount {
  readonly operator: string;
  readonly reason: string;
  readonly field: string | null;
  readonly records: number;
  readonly amount: number;
}

/** How many there are for each reason, the most frequent first. */
export function countDeadLetters(
  db: Database,
  { run = null, file = null, reason = null }: DeadLetterFilter = {},
): ReasonCount[] {
  const sql = `
    SELECT operator, reason, field, count(*) AS records, coalesce(sum(amount), 0) AS amount
    ${FROM} ${WHERE} GROUP BY operator, reason, field ORDER BY records DESC, operator, reason, field`;
  return db.prepare(sql).all({ run, file, reason }) as ReasonCount[];
}
