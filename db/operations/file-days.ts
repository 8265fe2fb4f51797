import type { Database } from 'better-sqlite3';
import { Statements } from '../statements.ts';

/** What a file holds of a day and a store, once it was looked at. */
export interface ProfiledDay {
  readonly file_id: number;
  /** YYYYMMDD. */
  readonly day: number;
  readonly store_id: string;
  readonly region: string;
  readonly dataset: string;
  /** When its records were in the warehouse, milliseconds since 1970. */
  readonly reported_at: number;
  readonly lines: number;
  readonly repeated: number;
  readonly rejected: number;
  /** Field to how many records have no value there. */
  readonly missing: Readonly<Record<string, number>>;
}

/** Files that were looked at. */
export function profiledFiles(db: Database): Set<number> {
  const ids = Statements.of(db).get('SELECT DISTINCT file_id FROM file_days').pluck().all();
  return new Set(ids as number[]);
}

export function saveFileDays(db: Database, days: readonly ProfiledDay[]): void {
  const add = Statements.of(db).get('INSERT OR REPLACE INTO file_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const { file_id, day, store_id, region, dataset, reported_at, lines, repeated, rejected, missing } of days) {
      add.run(file_id, day, store_id, region, dataset, reported_at, lines, repeated, rejected, JSON.stringify(missing));
    }
  }).immediate();
}

/** What files hold of the days from `from` to `to`. */
export function fileDays(db: Database, from: number, to: number): ProfiledDay[] {
  const rows = Statements.of(db)
    .get('SELECT * FROM file_days WHERE day BETWEEN ? AND ? ORDER BY file_id')
    .all(from, to);
  return (rows as (Omit<ProfiledDay, 'missing'> & { readonly missing: string })[]).map((row) => ({
    ...row,
    missing: JSON.parse(row.missing) as ProfiledDay['missing'],
  }));
}

/** Earlier files that hold something of the same days and stores, the latest first. */
export function overlappingFiles(
  db: Database,
  fileId: number,
  from: number,
  to: number,
  storeIds: readonly string[],
): number[] {
  const sql = `
    SELECT DISTINCT file_id FROM file_days
    WHERE day BETWEEN ? AND ? AND file_id < ? AND lines > 0 AND store_id IN (SELECT value FROM json_each(?))
    ORDER BY file_id DESC`;
  return Statements.of(db).get(sql).pluck().all(from, to, fileId, JSON.stringify(storeIds)) as number[];
}
