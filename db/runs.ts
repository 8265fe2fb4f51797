import type { Database } from 'better-sqlite3';
import { type LedgerEntry, type LedgerTotals, ledgerTotals } from '../engine/ledger.ts';
import { type FileRecord, listFiles } from './files.ts';
import { type Page, pageValues } from './kpi-query.ts';
import { ledgerOfRun } from './ledger.ts';
import { Statements } from './statements.ts';

export type RunStatus = 'running' | 'done' | 'failed' | 'aborted';

/** A run. Times are milliseconds since 1970. */
export interface RunRecord {
  readonly run_id: number;
  readonly trigger: string;
  readonly status: RunStatus;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly detail: unknown;
  readonly files: number;
}

export interface RunFilter extends Page {
  readonly status?: RunStatus | null;
}

type RunRow = Omit<RunRecord, 'detail'> & { readonly detail: string | null };

const SELECT = `
  SELECT run_id, trigger, status, started_at, ended_at, error_code, error_message, detail,
    (SELECT count(*) FROM files f WHERE f.run_id = r.run_id) AS files
  FROM runs r`;

/** Runs, the latest first. */
export function listRuns(db: Database, { status = null, ...page }: RunFilter = {}): RunRecord[] {
  const [limit, offset] = pageValues(page);
  const sql = `${SELECT} WHERE (:status IS NULL OR status = :status) ORDER BY run_id DESC LIMIT :limit OFFSET :offset`;
  return (Statements.of(db).get(sql).all({ status, limit, offset }) as RunRow[]).map(parsed);
}

export function findRun(db: Database, runId: number): RunRecord | undefined {
  const row = Statements.of(db).get(`${SELECT} WHERE run_id = ?`).get(runId) as RunRow | undefined;
  return row && parsed(row);
}

function parsed(row: RunRow): RunRecord {
  return { ...row, detail: row.detail === null ? null : JSON.parse(row.detail) };
}

/** All there is about one run. */
export interface RunReport {
  readonly run: RunRecord;
  readonly files: readonly FileRecord[];
  readonly ledger: readonly LedgerEntry[];
  readonly totals: LedgerTotals;
  readonly drift: readonly DriftRecord[];
}

export function runReport(db: Database, runId: number): RunReport | undefined {
  const run = findRun(db, runId);
  if (!run) return undefined;
  const ledger = ledgerOfRun(db, runId);
  return {
    run,
    files: listFiles(db, { run: runId }),
    ledger,
    totals: ledgerTotals(ledger),
    drift: listDrift(db, runId),
  };
}

export interface OperatorMetricsRecord {
  readonly operator: string;
  readonly metrics: unknown;
}

/** Each operator's final metrics of a file, in plan order. */
export function fileMetrics(db: Database, fileId: number): OperatorMetricsRecord[] {
  const rows = Statements.of(db)
    .get('SELECT operator, metrics FROM operator_metrics WHERE file_id = ? ORDER BY step')
    .all(fileId);
  return (rows as { operator: string; metrics: string }[]).map(({ operator, metrics }) => ({
    operator,
    metrics: JSON.parse(metrics),
  }));
}

/** The sampled timeline of a file as it was saved; null if there is none. */
export function fileTimeline(db: Database, fileId: number): unknown {
  const text = Statements.of(db).get('SELECT timeline FROM files WHERE file_id = ?').pluck().get(fileId) as
    | string
    | null
    | undefined;
  return text ? JSON.parse(text) : null;
}

export interface DriftRecord {
  readonly file_id: number;
  readonly change: string;
  readonly field: string;
  readonly against: string;
  readonly action: string;
  readonly detail: unknown;
}

/** Schema drift that a run met. */
export function listDrift(db: Database, runId: number): DriftRecord[] {
  const sql = `
    SELECT file_id, change, field, against, action, d.detail FROM schema_drift d JOIN files USING (file_id)
    WHERE run_id = ? ORDER BY schema_drift_id`;
  const rows = Statements.of(db).get(sql).all(runId) as (Omit<DriftRecord, 'detail'> & { detail: string | null })[];
  return rows.map((row) => ({ ...row, detail: row.detail === null ? null : JSON.parse(row.detail) }));
}

export interface MonitoringEntry {
  readonly id: number;
  readonly ts: string;
  readonly duration_secs: number;
  readonly transactional_rows: number;
  readonly aggregated_rows: number;
  readonly total_revenue: number;
  readonly notes: string;
}

/** The monitoring log of the Python original, the latest entry first. */
export function listMonitoring(db: Database, page: Page = {}): MonitoringEntry[] {
  const sql = 'SELECT * FROM monitoring_log ORDER BY id DESC LIMIT ? OFFSET ?';
  return Statements.of(db)
    .get(sql)
    .all(...pageValues(page)) as MonitoringEntry[];
}
