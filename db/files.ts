import type { Database } from 'better-sqlite3';
import { type Page, pageValues } from './kpi-query.ts';
import { Statements } from './statements.ts';

export type FileStatus = 'loading' | 'done' | 'failed' | 'replaced' | 'abandoned';

/** A file the warehouse knows. Times are milliseconds since 1970. */
export interface FileRecord {
  readonly file_id: number;
  readonly run_id: number;
  readonly name: string;
  readonly path: string;
  readonly dataset: string;
  readonly disposition: 'append' | 'merge' | 'replace';
  readonly size_bytes: number;
  /** SHA-256 in hex, once it is known. */
  readonly content_hash: string | null;
  readonly status: FileStatus;
  readonly opened_at: number;
  readonly finished_at: number | null;
  readonly records_read: number;
  /** Aggregated records that were merged into the roll-ups. */
  readonly cells: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** How far its last checkpoint is; null before the first. */
  readonly checkpoint_bytes: number | null;
}

export interface FileFilter extends Page {
  readonly run?: number | null;
  readonly dataset?: string | null;
  readonly status?: FileStatus | null;
}

const COLUMNS = `
  file_id, run_id, name, path, dataset, disposition, size_bytes, content_hash, status, opened_at, finished_at, records_read, cells,
  error_code, error_message, (SELECT bytes FROM checkpoints c WHERE c.file_id = f.file_id AND part = 0) AS checkpoint_bytes`;
const FROM = 'FROM files f JOIN datasets USING (dataset_key)';

/** Files, the latest first. */
export function listFiles(
  db: Database,
  { run = null, dataset = null, status = null, ...page }: FileFilter = {},
): FileRecord[] {
  const sql = `
    SELECT ${COLUMNS} ${FROM}
    WHERE (:run IS NULL OR run_id = :run) AND (:dataset IS NULL OR dataset = :dataset) AND (:status IS NULL OR status = :status)
    ORDER BY file_id DESC LIMIT :limit OFFSET :offset`;
  const [limit, offset] = pageValues(page);
  return Statements.of(db).get(sql).all({ run, dataset, status, limit, offset }) as FileRecord[];
}

/** Is a finished file of that size there? If not, none has the bytes of a file of that size. */
export function hasFileOfSize(db: Database, sizeBytes: number): boolean {
  const sql = "SELECT 1 FROM files WHERE size_bytes = ? AND status = 'done' LIMIT 1";
  return Statements.of(db).get(sql).get(sizeBytes) !== undefined;
}
