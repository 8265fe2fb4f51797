import type { Drift, Measurements, RunEnd, RunStart } from '../operators/warehouse.ts';
import type { Statements } from './statements.ts';

/** Rows of `runs` and of what is kept with them. */
export class RunRegister {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Begins a run; one that never ended was cut off, for there is only one writer. */
  start({ trigger, startedAt, detail = null }: RunStart): number {
    const cutOff = `
      UPDATE runs SET status = 'aborted', ended_at = ?, error_code = 'interrupted',
        error_message = 'the process ended in the middle of the run; the next run went on from the last checkpoint'
      WHERE status = 'running'`;
    this.#statements.get(cutOff).run(startedAt);
    const sql = "INSERT INTO runs (trigger, status, started_at, detail) VALUES (?, 'running', ?, ?)";
    return Number(this.#statements.get(sql).run(trigger, startedAt, JSON.stringify(detail)).lastInsertRowid);
  }

  finish(runId: number, { status, endedAt, error }: RunEnd): void {
    const sql = 'UPDATE runs SET status = ?, ended_at = ?, error_code = ?, error_message = ? WHERE run_id = ?';
    this.#statements.get(sql).run(status, endedAt, error?.code ?? null, error?.message ?? null, runId);
    this.#statements.get(LOG).run(runId);
  }

  saveMeasurements({ fileId, operators, timeline }: Measurements): void {
    const sql = 'INSERT OR REPLACE INTO operator_metrics (file_id, step, operator, metrics) VALUES (?, ?, ?, ?)';
    operators.forEach(({ operator, metrics }, step) => {
      this.#statements.get(sql).run(fileId, step, operator, JSON.stringify(metrics));
    });
    this.#statements.get('UPDATE files SET timeline = ? WHERE file_id = ?').run(JSON.stringify(timeline), fileId);
  }

  recordDrift(fileId: number, drifts: readonly Drift[]): void {
    const sql = 'INSERT INTO schema_drift (file_id, change, field, against, action, detail) VALUES (?, ?, ?, ?, ?, ?)';
    for (const { change, field, against, action, detail = null } of drifts) {
      this.#statements.get(sql).run(fileId, change, field, against, action, JSON.stringify(detail));
    }
  }
}

/** One row of monitoring_log for a run that loaded something, as the Python original wrote it. */
const LOG = `
  INSERT INTO monitoring_log (ts, duration_secs, transactional_rows, aggregated_rows, total_revenue, notes)
  SELECT
    strftime('%Y-%m-%d %H:%M:%S', r.started_at / 1000, 'unixepoch'),
    (r.ended_at - r.started_at) / 1000.0,
    sum(w.records),
    sum(f.cells),
    sum(w.amount) / 1e4,
    coalesce(r.error_message, (
      SELECT 'Schema drift: ' || group_concat(DISTINCT d.change || ' ' || d.field)
      FROM schema_drift d JOIN files USING (file_id) WHERE run_id = r.run_id
    ), '')
  FROM runs r
  JOIN files f ON f.run_id = r.run_id AND f.status = 'done'
  JOIN (
    SELECT file_id, sum(records) AS records, sum(amount) AS amount FROM ledger
    WHERE outcome IN ('inserted', 'updated') GROUP BY file_id
  ) w ON w.file_id = f.file_id
  WHERE r.run_id = ?
  GROUP BY r.run_id`;
