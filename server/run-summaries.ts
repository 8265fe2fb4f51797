import type { Database } from 'better-sqlite3';
import type { FileRecord } from '../db/files.ts';
import { ledgerOfFile, ledgerOfRun } from '../db/ledger.ts';
import { listRuns, type RunFilter, type RunRecord } from '../db/runs.ts';
import { countsOf } from './ledgers.ts';
import type { Trouble } from './schemas/common.ts';
import type { FileSummary, RunSummary } from './schemas/runs.ts';

/** Milliseconds since 1970 as ISO 8601. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

export function troubleIn(row: { error_code: string | null; error_message: string | null }): Trouble | null {
  return row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' };
}

/** A run as lists show it. */
export function runSummary(db: Database, run: RunRecord): RunSummary {
  const { run_id, trigger, status, started_at, ended_at, files } = run;
  return {
    ...{ run_id, trigger, status, started_at: instant(started_at), ended_at: instantOrNull(ended_at) },
    ...{ duration_ms: ended_at === null ? null : ended_at - started_at, files },
    ...countsOf(ledgerOfRun(db, run_id)),
    error: troubleIn(run),
  };
}

export function runSummaries(db: Database, filter: RunFilter): RunSummary[] {
  return listRuns(db, filter).map((run) => runSummary(db, run));
}

/** A file as lists show it. */
export function fileSummary(db: Database, file: FileRecord): FileSummary {
  const { file_id, run_id, name, dataset, disposition, status, size_bytes, opened_at, finished_at } = file;
  const { rejected_revenue, balanced, ...counts } = countsOf(ledgerOfFile(db, file_id));
  return {
    ...{ file_id, run_id, name, dataset, disposition, status, size_bytes },
    ...{ opened_at: instant(opened_at), finished_at: instantOrNull(finished_at) },
    ...counts,
    error: troubleIn(file),
  };
}
