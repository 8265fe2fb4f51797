import { openOperations } from '../db/operations/connection.ts';
import { readConfig } from '../operators/dataset/config.ts';
import { updateAlerts } from './alert.ts';
import { type MonitorOptions, type MonitorReport, runMonitor } from './monitor.ts';
import type { JobContext, JobResult } from './schedule/context.ts';

export interface FigureCheck extends JobResult {
  readonly result: {
    /** Checks that fail and that nothing else explains, and how many of them are critical. */
    readonly failing: number;
    readonly critical: number;
  };
}

/** Makes all checks, and opens, goes on with and resolves alerts by what they find. Throws what {@link runMonitor} throws. */
export async function checkAndAlert(options: MonitorOptions): Promise<MonitorReport> {
  const { home, now = Date.now } = options;
  const report = await runMonitor(options);
  const { alerts: settings } = await readConfig(home.config);
  const db = openOperations(home.operations);
  try {
    updateAlerts({ db, results: report.results, settings, now });
  } finally {
    db.close();
  }
  return report;
}

/** The job `monitor`. */
export async function checkFigures({ home, trigger, signal, now, log }: JobContext): Promise<FigureCheck> {
  const { message, failing, results } = await checkAndAlert({ home, trigger, signal, now, log });
  const critical = results.filter((result) => isCritical(result)).length;
  return { message, result: { failing, critical } };
}

function isCritical({ verdict, severity, cause }: MonitorReport['results'][number]): boolean {
  return verdict === 'failing' && severity === 'critical' && cause === undefined;
}
