import { TillstreamError } from '../../engine/errors.ts';
import { suggestion } from '../../engine/nearest.ts';

export function noSuchJob(name: string, names: readonly string[]): TillstreamError {
  return new TillstreamError('no_such_job', `there is no job "${name}"${suggestion(name, names)}`);
}

export function jobRunning(name: string): TillstreamError {
  return new TillstreamError('job_running', `${name} is running already; wait until it has ended`);
}

export function jobPausedByConfiguration(name: string): TillstreamError {
  return new TillstreamError(
    'job_paused_by_configuration',
    `${name} is paused in schema_config.json; take "paused" away at jobs.${name} and start again`,
  );
}

export function jobAlwaysRuns(name: string): TillstreamError {
  return new TillstreamError(
    'job_always_runs',
    `${name} runs all the time while \`tillstream start\` does, and not by itself`,
  );
}

export function jobTookTooLong(name: string, deadlineMs: number): TillstreamError {
  const minutes = Math.round(deadlineMs / 6_000) / 10;
  return new TillstreamError(
    'deadline_exceeded',
    `${name} took longer than ${minutes} minutes and was stopped; jobs.${name}.deadlineMinutes gives it more time`,
  );
}

export function jobCrashed(name: string, cause: Error | null): TillstreamError {
  const why = cause ? `: ${cause.message}` : ' without a word';
  return new TillstreamError('job_crashed', `the thread of ${name} ended${why}`, { cause });
}

export function jobsElsewhere(holder: string): TillstreamError {
  return new TillstreamError('jobs_elsewhere', `${holder}; a home's jobs are run by one process at a time`);
}
