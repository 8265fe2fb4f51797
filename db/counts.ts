import type { Database } from 'better-sqlite3';
import { Statements } from './statements.ts';

/** How many runs there are, of one status or of all. */
export function countRuns(db: Database, status: string | null): number {
  const sql = 'SELECT count(*) FROM runs WHERE (:status IS NULL OR status = :status)';
  return Statements.of(db).get(sql).pluck().get({ status }) as number;
}

export interface FileCountFilter {
  readonly run?: number | null;
  readonly dataset?: string | null;
  readonly status?: string | null;
}

/** How many files the warehouse knows. */
export function countFiles(db: Database, { run = null, dataset = null, status = null }: FileCountFilter): number {
  const sql = `
    SELECT count(*) FROM files JOIN datasets USING (dataset_key)
    WHERE (:run IS NULL OR run_id = :run) AND (:dataset IS NULL OR dataset = :dataset) AND (:status IS NULL OR status = :status)`;
  return Statements.of(db).get(sql).pluck().get({ run, dataset, status }) as number;
}
