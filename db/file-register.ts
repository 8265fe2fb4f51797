import type { Checkpoint } from '../engine/operator.ts';
import type { Disposition, FileToLoad, ResumePoint } from '../operators/warehouse.ts';
import type { Statements } from './statements.ts';

/** A file being loaded. */
export interface LoadingFile {
  readonly fileId: number;
  readonly name: string;
  readonly datasetKey: number;
  readonly disposition: Disposition;
  readonly primaryKey: readonly string[];
  /** Number of the last checkpoint that was committed; -1 before the first. */
  committed: number;
}

/** A file whose loading did not come to its end. */
export interface InterruptedFile {
  readonly file_id: number;
  readonly disposition: Disposition;
  readonly size_bytes: number;
  readonly content_hash: string | null;
  readonly fingerprint: string;
}

interface CheckpointRow {
  readonly number: number;
  readonly bytes: number;
  readonly state: string;
  readonly states: string;
}

/** Rows of `files` and `checkpoints`. */
export class FileRegister {
  readonly #statements: Statements;
  readonly #now: () => number;

  constructor(statements: Statements, now: () => number) {
    this.#statements = statements;
    this.#now = now;
  }

  datasetKey(dataset: string): number {
    const found = this.#statements.get('SELECT dataset_key FROM datasets WHERE dataset = ?').pluck().get(dataset);
    if (found !== undefined) return found as number;
    return Number(this.#statements.get('INSERT INTO datasets (dataset) VALUES (?)').run(dataset).lastInsertRowid);
  }

  /** The finished file with these bytes, whose rows are still there. */
  finished(sizeBytes: number, contentHash: string): { fileId: number; name: string; dataset: string } | undefined {
    const sql = `
      SELECT file_id AS fileId, name, dataset FROM files JOIN datasets USING (dataset_key)
      WHERE size_bytes = ? AND content_hash = ? AND status = 'done' LIMIT 1`;
    return this.#statements.get(sql).get(sizeBytes, contentHash) as
      | { fileId: number; name: string; dataset: string }
      | undefined;
  }

  interrupted(name: string, datasetKey: number): InterruptedFile[] {
    const sql = `
      SELECT file_id, disposition, size_bytes, content_hash, fingerprint FROM files
      WHERE dataset_key = ? AND status IN ('loading', 'failed') AND name = ? ORDER BY file_id DESC`;
    return this.#statements.get(sql).all(datasetKey, name) as InterruptedFile[];
  }

  add(file: FileToLoad, datasetKey: number): number {
    const { runId, name, path, sizeBytes, contentHash, fingerprint = '', disposition = 'append' } = file;
    const sql = `
      INSERT INTO files (run_id, name, path, dataset_key, disposition, size_bytes, content_hash, fingerprint, status, opened_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'loading', ?)`;
    const values = [
      runId,
      name,
      path,
      datasetKey,
      disposition,
      sizeBytes,
      contentHash ?? null,
      fingerprint,
      this.#now(),
    ];
    return Number(this.#statements.get(sql).run(...values).lastInsertRowid);
  }

  /** The file goes on in another run. */
  reopen(fileId: number, { runId, path, contentHash }: FileToLoad): void {
    const sql = `
      UPDATE files SET run_id = ?, path = ?, content_hash = coalesce(?, content_hash), status = 'loading',
        error_code = NULL, error_message = NULL, finished_at = NULL
      WHERE file_id = ?`;
    this.#statements.get(sql).run(runId, path, contentHash ?? null, fileId);
  }

  resumePoint(fileId: number): ResumePoint | null {
    const sql = 'SELECT number, bytes, state, states FROM checkpoints WHERE file_id = ? AND part = 0';
    const found = this.#statements.get(sql).get(fileId) as CheckpointRow | undefined;
    if (!found) return null;
    const { number, bytes, state, states } = found;
    return { number, bytes, state: JSON.parse(state), states: JSON.parse(states) as Record<string, unknown> };
  }

  saveCheckpoint(fileId: number, part: number, { number, position, states }: Checkpoint): void {
    const sql = `
      INSERT OR REPLACE INTO checkpoints (file_id, part, number, bytes, last, state, states, committed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    const state = JSON.stringify(position.state ?? null);
    const values = [
      fileId,
      part,
      number,
      position.bytes,
      Number(position.last),
      state,
      JSON.stringify(states),
      this.#now(),
    ];
    this.#statements.get(sql).run(...values);
  }

  addCells(fileId: number, cells: number): void {
    this.#statements.get('UPDATE files SET cells = cells + ? WHERE file_id = ?').run(cells, fileId);
  }

  finish(fileId: number, recordsRead: number, contentHash: string | null): void {
    const sql = `
      UPDATE files SET status = 'done', finished_at = ?, records_read = ?, content_hash = coalesce(?, content_hash)
      WHERE file_id = ?`;
    this.#statements.get(sql).run(this.#now(), recordsRead, contentHash, fileId);
  }

  fail(fileId: number, { code, message }: { code: string; message: string }): void {
    const sql =
      "UPDATE files SET status = 'failed', finished_at = ?, error_code = ?, error_message = ? WHERE file_id = ?";
    this.#statements.get(sql).run(this.#now(), code, message, fileId);
  }

  /** Its rows are gone, or are no longer this file's to answer for. */
  retire(fileId: number, status: 'replaced' | 'abandoned'): void {
    this.#statements.get('UPDATE files SET status = ? WHERE file_id = ?').run(status, fileId);
  }

  /** Files of the dataset, other than this one, that may have rows. */
  others(fileId: number, datasetKey: number): number[] {
    const sql = `
      SELECT file_id FROM files
      WHERE dataset_key = ? AND status IN ('done', 'loading', 'failed') AND file_id <> ? ORDER BY file_id`;
    return this.#statements.get(sql).pluck().all(datasetKey, fileId) as number[];
  }
}
