import type { CheckResult, Severity } from '../monitor/check-result.ts';

/** A run that has ended, as the register of runs and the report of a run have it. */
export interface FailedRun {
  readonly run_id: number | null;
  readonly status: string;
  readonly error?: { readonly code: string; readonly message: string } | null;
}

/** A job that has ended, and is not tried again. */
export interface FailedJob {
  readonly job: string;
  readonly status: string;
  readonly message: string | null;
  readonly error_code?: string | null;
  /** The run that it failed with, if it is that: then the run's alert is enough. */
  readonly run_id?: number | null;
}

const RUN_CHECK = 'run-failed';
const JOB_CHECK = 'job-failed';

/** A run as a check: it fails if the run did, and passes with the next that did not. */
export function resultOfRun({ run_id, status, error }: FailedRun): CheckResult {
  const isFailed = status === 'failed';
  const isDone = status === 'done';
  const which = run_id === null ? 'The run' : `Run ${run_id}`;
  const message = isFailed ? `${which} failed: ${error?.message ?? 'no reason was given'}` : `${which} is ${status}.`;
  const facts = isFailed && error ? { reason: error.code } : {};
  const result = about(RUN_CHECK, {}, { isFailed, isDone, severity: 'critical', message });
  return { ...result, evidence: { ...(run_id !== null && { run_id }), facts } };
}

/** A job as a check. A run that failed explains it. */
export function resultOfJob({ job, status, message, error_code, run_id = null }: FailedJob): CheckResult {
  const isFailed = status === 'failed' || status === 'lost';
  const isDone = status === 'done';
  const said = isFailed ? `The job ${job} failed: ${message ?? 'no reason was given'}` : `The job ${job} is ${status}.`;
  const result = about(JOB_CHECK, { job }, { isFailed, isDone, severity: 'warning', message: said });
  const facts = isFailed && error_code ? { reason: error_code } : {};
  return { ...result, evidence: { facts }, ...(isFailed && run_id !== null && { cause: RUN_CHECK }) };
}

function about(
  check: string,
  subject: Readonly<Record<string, string>>,
  { isFailed, isDone, severity, message }: { isFailed: boolean; isDone: boolean; severity: Severity; message: string },
): Omit<CheckResult, 'evidence'> {
  // One that was stopped says nothing, neither that it works nor that it does not.
  const verdict = isFailed ? 'failing' : isDone ? 'ok' : 'learning';
  return {
    ...{ check, subject, day: null, verdict, severity, message },
    ...{ unit: 'count', observed: null, expected: null, low: null, high: null, score: null },
  };
}
