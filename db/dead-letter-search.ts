import type { Database } from 'better-sqlite3';
import type { DeadLetter } from './dead-letters.ts';
import { Statements } from './statements.ts';

/** Which dead letters; several conditions must all be met. */
export interface DeadLetterSearch {
  readonly run?: number | undefined;
  readonly file?: number | undefined;
  readonly dataset?: string | undefined;
  readonly reason?: string | undefined;
  readonly operator?: string | undefined;
  readonly field?: string | undefined;
}

/** A dead letter and where its file lies. */
export type FoundLetter = DeadLetter & { readonly path: string };

/** What dead letters have in common, how many they are and the money in them, in 1/10,000 of the currency unit. */
export interface LetterGroup {
  readonly key: string | number;
  readonly label: string;
  readonly records: number;
  readonly amount: number;
}

const FROM = 'FROM dead_letters d JOIN files f USING (file_id) JOIN datasets USING (dataset_key)';
const CONDITIONS: Readonly<Record<keyof DeadLetterSearch, string>> = {
  run: 'f.run_id = :run',
  file: 'd.file_id = :file',
  dataset: 'dataset = :dataset',
  reason: 'd.reason = :reason',
  operator: 'd.operator = :operator',
  field: 'd.field = :field',
};
const GROUPS = {
  reason: ['d.reason', 'd.reason'],
  file: ['d.file_id', 'f.name'],
  dataset: ['dataset', 'dataset'],
} as const;

/** Only what is asked for stands in the statement, so that its index is used. */
function where(search: DeadLetterSearch): { sql: string; bound: Record<string, string | number> } {
  const given = Object.entries(search).filter(
    (entry): entry is [keyof DeadLetterSearch, string | number] => entry[1] !== undefined,
  );
  const conditions = given.map(([name]) => CONDITIONS[name]);
  return { sql: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, bound: Object.fromEntries(given) };
}

/** Dead letters in the order in which they were written, from the one after `after` on. */
export function findDeadLetters(
  db: Database,
  search: DeadLetterSearch,
  { limit, offset = 0, after = 0 }: { limit: number; offset?: number; after?: number },
): FoundLetter[] {
  const { sql: conditions, bound } = where(search);
  const sql = `
    SELECT dead_letter_id, f.run_id, d.file_id, f.name AS file, f.path, dataset, d.line, byte_offset, operator, reason, field, message,
      faults, raw, amount
    ${FROM} ${conditions ? `${conditions} AND` : 'WHERE'} dead_letter_id > :after
    ORDER BY dead_letter_id LIMIT :limit OFFSET :offset`;
  const rows = Statements.of(db)
    .get(sql)
    .all({ ...bound, limit, offset, after }) as (Omit<FoundLetter, 'faults'> & { faults: string })[];
  return rows.map((row) => ({ ...row, faults: JSON.parse(row.faults) as DeadLetter['faults'] }));
}

export function countFoundLetters(db: Database, search: DeadLetterSearch): { records: number; amount: number } {
  const { sql, bound } = where(search);
  const counted = Statements.of(db)
    .get(`SELECT count(*) AS records, coalesce(sum(amount), 0) AS amount ${FROM} ${sql}`)
    .get(bound);
  return counted as { records: number; amount: number };
}

/** Dead letters by what they have in common, the most first. */
export function groupDeadLetters(db: Database, by: keyof typeof GROUPS, search: DeadLetterSearch): LetterGroup[] {
  const { sql: conditions, bound } = where(search);
  const [key, label] = GROUPS[by];
  const sql = `
    SELECT ${key} AS key, ${label} AS label, count(*) AS records, coalesce(sum(amount), 0) AS amount
    ${FROM} ${conditions} GROUP BY ${key} ORDER BY records DESC, key`;
  return Statements.of(db).get(sql).all(bound) as LetterGroup[];
}
