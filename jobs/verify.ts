import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { saveResults, VERIFICATION } from '../db/operations/checks.ts';
import { openOperations } from '../db/operations/connection.ts';
import { type Verification, verifying } from '../db/verify.ts';
import { readConfig } from '../operators/dataset/config.ts';
import { updateAlerts } from './alert.ts';
import { keyOf } from './monitor/check-result.ts';
import { monitorPolicy } from './monitor/settings.ts';
import { resultOfVerification } from './monitor/verification.ts';
import type { JobContext, JobResult } from './schedule/context.ts';

/**
 * The job `verify`: recomputes every total from the single sales, and keeps what it found as a check. Sales may be loaded meanwhile;
 * it compares what was there when it began. Throws the signal's reason.
 */
export async function verifyFigures({ home, signal, now }: JobContext): Promise<JobResult> {
  if (!existsSync(home.database)) return { message: 'there is nothing to verify yet' };
  const { monitoring, alerts: settings } = await readConfig(home.config);
  const policy = monitorPolicy(monitoring);
  if (!policy.isOn('verify')) return { message: 'the check verify is turned off in the configuration' };
  const startedAt = now();
  const verification = await verifiedIn(home.database, signal);
  const result = resultOfVerification(verification, policy);
  const failing = verification.ok ? 0 : 1;
  const operations = openOperations(home.operations);
  try {
    const run = { trigger: VERIFICATION, started_at: startedAt, ended_at: now(), failing };
    saveResults(operations, run, [[keyOf(result), result]]);
    updateAlerts({ db: operations, results: [result], settings, now });
  } finally {
    operations.close();
  }
  return { message: result.message, result: { ok: verification.ok, checked: verification.checked } };
}

async function verifiedIn(database: string, signal: AbortSignal): Promise<Verification> {
  const db = openDatabase(database, { readonly: true, check: 'never' });
  try {
    return await inSteps(db, signal);
  } finally {
    db.close();
  }
}

/** Between two steps the thread hears whether it is to stop. */
async function inSteps(db: Database, signal: AbortSignal): Promise<Verification> {
  const steps = verifying(db);
  try {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) return step.value;
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    // Ends the transaction where the steps were not gone through.
    (steps as Iterator<undefined>).return?.();
  }
}
