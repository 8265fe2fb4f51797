import type { Database } from 'better-sqlite3';
import { activeAlert } from '../../db/operations/alerts.ts';
import { listRuns } from '../../db/runs.ts';
import { resultOfRun } from '../alert/failures.ts';
import type { CheckResult } from './check-result.ts';

/**
 * How the latest run ended, whoever started it: one from a terminal or a cron job is told of by nobody else. A run that ended well
 * says nothing of a later one that could not even be made.
 */
export function lastRun(warehouse: Database, operations: Database): CheckResult[] {
  const [run] = listRuns(warehouse, { limit: 1 });
  if (!run) return [];
  const { run_id, status, error_code, error_message } = run;
  const error = error_code === null ? null : { code: error_code, message: error_message ?? '' };
  const result = resultOfRun({ run_id, status, error });
  const alert = activeAlert(operations, result.check);
  if (result.verdict === 'learning' || (result.verdict === 'ok' && alert && alert.opened_at > run.started_at))
    return [];
  return [result];
}
