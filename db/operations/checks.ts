import type { Database } from 'better-sqlite3';
import { Statements } from '../statements.ts';

/**
 * What a check found, as it is kept; the checks themselves say more of it (`CheckResult` in `jobs/monitor`). Days are YYYY-MM-DD,
 * null for now.
 */
export interface KeptResult {
  readonly check: string;
  readonly subject: Readonly<Record<string, string>>;
  readonly day: string | null;
  readonly verdict: 'ok' | 'learning' | 'failing';
  readonly severity: 'info' | 'warning' | 'critical';
}

/** One pass over all checks. Times are milliseconds since 1970. */
export interface MonitorRun {
  readonly monitor_run_id: number;
  readonly trigger: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly failing: number;
}

/** Keeps the results of a pass, with the key of each. Returns the pass's id. */
export function saveResults(
  db: Database,
  run: Omit<MonitorRun, 'monitor_run_id'>,
  results: readonly (readonly [key: string, result: KeptResult])[],
): number {
  const statements = Statements.of(db);
  const save = db.transaction(() => {
    const { lastInsertRowid } = statements
      .get('INSERT INTO monitor_runs (trigger, started_at, ended_at, failing) VALUES (?, ?, ?, ?)')
      .run(run.trigger, run.started_at, run.ended_at, run.failing);
    const add = statements.get(
      'INSERT INTO check_results (monitor_run_id, check_key, day, verdict, severity, result) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const point = statements.get('INSERT OR REPLACE INTO latest_checks VALUES (?, ?)');
    for (const [key, result] of results) {
      const day = result.day === null ? 0 : Number(result.day.replaceAll('-', ''));
      const added = add.run(lastInsertRowid, key, day, result.verdict, result.severity, JSON.stringify(result));
      point.run(key, added.lastInsertRowid);
    }
    return Number(lastInsertRowid);
  });
  return save.immediate();
}

/** The newest result of every key there is, in the order of the keys. */
export function latestResults<Result extends KeptResult>(db: Database): Result[] {
  const sql =
    'SELECT result FROM latest_checks JOIN check_results USING (check_result_id) ORDER BY latest_checks.check_key';
  return parsed(Statements.of(db).get(sql).pluck().all());
}

/** What one pass found, in the order in which it did. */
export function resultsOfRun<Result extends KeptResult>(db: Database, monitorRunId: number): Result[] {
  const sql = 'SELECT result FROM check_results WHERE monitor_run_id = ? ORDER BY check_result_id';
  return parsed(Statements.of(db).get(sql).pluck().all(monitorRunId));
}

export interface HistoryOptions {
  /** At most so many. Default 90. */
  readonly limit?: number;
}

/** The results of one key, the newest first. */
export function history<Result extends KeptResult>(
  db: Database,
  key: string,
  { limit = 90 }: HistoryOptions = {},
): Result[] {
  const sql =
    'SELECT result FROM check_results WHERE check_key = ? ORDER BY monitor_run_id DESC, check_result_id DESC LIMIT ?';
  return parsed(Statements.of(db).get(sql).pluck().all(key, limit));
}

/** What a pass is started by that makes only the check of the same name. */
export const VERIFICATION = 'verify';

/** The passes over all checks, the newest first. */
export function monitorRuns(db: Database, { limit = 20 }: HistoryOptions = {}): MonitorRun[] {
  const sql = `SELECT * FROM monitor_runs WHERE trigger <> '${VERIFICATION}' ORDER BY monitor_run_id DESC LIMIT ?`;
  return Statements.of(db).get(sql).all(limit) as MonitorRun[];
}

/** Forgets passes that began before a time, but not the newest result of any key. Returns how many results are gone. */
export function forgetResults(db: Database, before: number): number {
  const forget = db.transaction(() => {
    const { changes } = Statements.of(db)
      .get(`
        DELETE FROM check_results
        WHERE monitor_run_id IN (SELECT monitor_run_id FROM monitor_runs WHERE started_at < ?)
          AND check_result_id NOT IN (SELECT check_result_id FROM latest_checks)`)
      .run(before);
    Statements.of(db)
      .get(
        'DELETE FROM monitor_runs WHERE started_at < ? AND monitor_run_id NOT IN (SELECT monitor_run_id FROM check_results)',
      )
      .run(before);
    return changes;
  });
  return forget.immediate();
}

function parsed<Result>(texts: readonly unknown[]): Result[] {
  return texts.map((text) => JSON.parse(text as string) as Result);
}
