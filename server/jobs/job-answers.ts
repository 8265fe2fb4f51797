import type { JobRunMark, JobRunRecord } from '../../db/operations/jobs.ts';
import type { JobView } from '../../jobs/schedule/board.ts';
import type { JobRun, JobRunDetail, JobSummary } from '../schemas/jobs.ts';

export function jobRun(run: JobRunRecord): JobRun {
  const { job_run_id, job, trigger, status, attempt, message, error_code } = run;
  return {
    ...{ job_run_id, job, trigger, status, attempt, due_at: instant(run.due_at) },
    ...{ started_at: instantOrNull(run.started_at), ended_at: instantOrNull(run.ended_at) },
    ...{ duration_ms: durationOf(run), message },
    error: error_code === null ? null : { code: error_code, message: message ?? '' },
  };
}

export function jobRunDetail(run: JobRunRecord): JobRunDetail {
  return { ...jobRun(run), result: run.result === null ? null : JSON.parse(run.result), log: run.log };
}

export function jobSummary(view: JobView): JobSummary {
  const { name, summary, schedule, always, paused, next_at, last, recent } = view;
  return {
    ...{ name, summary, schedule, always, paused, state: stateOf(view), next_at: instantOrNull(next_at) },
    last: last && jobRun(last),
    line: last === null || last.log === '' ? null : (last.log.trimEnd().split('\n').at(-1) ?? null),
    recent: recent.map((run) => ({
      ...{ job_run_id: run.job_run_id, status: run.status, started_at: instantOrNull(run.started_at) },
      duration_ms: durationOf(run),
    })),
  };
}

function stateOf({ paused, last, isRetrying }: JobView): JobSummary['state'] {
  if (last?.status === 'running') return 'running';
  if (paused) return 'paused';
  if (isRetrying) return 'retrying';
  return last?.status === 'failed' || last?.status === 'lost' ? 'failed' : 'idle';
}

function durationOf({ started_at, ended_at }: JobRunMark): number | null {
  return started_at === null || ended_at === null ? null : ended_at - started_at;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
