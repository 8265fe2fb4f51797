import type { Database } from 'better-sqlite3';
import type { JobRunRecord } from '../../db/operations/jobs.ts';
import { type FailedRun, resultOfJob, resultOfRun, updateAlerts } from '../../jobs/alert.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { isAbort, troubleOf } from '../../jobs/ingest/trouble.ts';
import type { AlertSettings } from '../../operators/dataset/settings/alerts.ts';

export interface FailureAlertOptions {
  /** Of `openOperations`. */
  readonly db: Database;
  readonly settings: () => AlertSettings;
  readonly now: () => number;
}

/** Alerts of runs and jobs that fail, resolved by the next that do not. */
export class FailureAlerts {
  readonly #options: FailureAlertOptions;
  /** What started a run, to its id if it failed: a job that failed with its run needs no alert of its own. */
  readonly #failedRuns = new Map<string, number | null>();

  constructor(options: FailureAlertOptions) {
    this.#options = options;
  }

  /** A run has ended. One that the daily run could not have made fails that job, and needs no alert besides. */
  ran(outcome: RunReport | Error, trigger: string): void {
    const run = failureIn(outcome);
    this.#failedRuns.set(trigger, run?.status === 'failed' ? run.run_id : null);
    if (run && !(trigger === 'daily-run' && run.run_id === null)) this.#update([resultOfRun(run)]);
  }

  /** A job has ended, and is not tried again. */
  jobEnded(run: JobRunRecord): void {
    this.#update([resultOfJob({ ...run, run_id: this.#failedRuns.get(run.job) ?? null })]);
  }

  #update(results: Parameters<typeof updateAlerts>[0]['results']): void {
    const { db, settings, now } = this.#options;
    updateAlerts({ db, results, settings: settings(), now });
  }
}

/** How a run ended: one fails by what stopped it, or by the first of its files that failed. Null if there was none. */
function failureIn(outcome: RunReport | Error): FailedRun | null {
  if (outcome instanceof Error) {
    return isAbort(outcome) ? null : { run_id: null, status: 'failed', error: troubleOf(outcome) };
  }
  const { run_id, status, error, files } = outcome;
  if (run_id === null) return null;
  return { run_id, status, error: error ?? files.find((file) => file.status === 'failed')?.error ?? null };
}
