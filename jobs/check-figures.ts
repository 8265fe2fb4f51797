import { openOperations } from '../db/operations/connection.ts';
import { readConfig } from '../operators/dataset/config.ts';
import { updateAlerts } from './alert.ts';
import { runMonitor } from './monitor.ts';
import type { JobContext, JobResult } from './schedule/context.ts';

export interface FigureCheck extends JobResult {
  readonly result: {
    /** Checks that fail and that nothing else explains, and how many of them are critical. */
    readonly failing: number;
    readonly critical: number;
  };
}

/** The job `monitor`: makes all checks, and opens, goes on with and resolves alerts by what they find. */
export async function checkFigures({ home, trigger, signal, now, log }: JobContext): Promise<FigureCheck> {
  const { message, failing, results } = await runMonitor({ home, trigger, signal, now, log });
  const { alerts: settings } = await readConfig(home.config);
  const db = openOperations(home.operations);
  try {
    updateAlerts({ db, results, settings, now });
  } finally {
    db.close();
  }
  const critical = results.filter((result) => isCritical(result)).length;
  return { message, result: { failing, critical } };
}

function isCritical({ verdict, severity, cause }: Awaited<ReturnType<typeof runMonitor>>['results'][number]): boolean {
  return verdict === 'failing' && severity === 'critical' && cause === undefined;
}
