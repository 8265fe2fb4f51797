import type { JobRecords, JobRunMark, JobRunRecord } from '../../db/operations/jobs.ts';
import type { JobDefinition } from './definitions.ts';
import { isToBeRetried, nextAt } from './due.ts';
import { jobPausedByConfiguration, noSuchJob } from './errors.ts';

/** A job as people see it. Times in milliseconds since 1970. */
export interface JobView {
  readonly name: string;
  readonly summary: string;
  /** `every day at 06:30, Europe/Berlin`. */
  readonly schedule: string;
  /** It runs all the time, and not in turns. */
  readonly always: boolean;
  readonly paused: boolean;
  readonly next_at: number | null;
  /** It failed, and will be tried again. */
  readonly isRetrying: boolean;
  /** The latest run, which may be going on; skipped turns aside. */
  readonly last: JobRunRecord | null;
  /** The latest runs, skipped turns among them, the latest first. */
  readonly recent: readonly JobRunMark[];
}

const RECENT = 20;

/** All jobs, by what is remembered of them: the same in the process that runs them and in any other. */
export function jobViews(records: JobRecords, jobs: readonly JobDefinition[]): JobView[] {
  return jobs.map((job) => {
    const memory = records.of(job.name);
    const isRunning = memory.last?.status === 'running';
    return {
      ...{ name: job.name, summary: job.summary, always: job.schedule === null },
      schedule: wordsOf(job),
      paused: job.paused || memory.pausedAt !== null,
      isRetrying: memory.last !== null && memory.last.status !== 'cancelled' && isToBeRetried(job, memory.last),
      next_at: isRunning && !job.schedule ? null : nextAt(job, memory),
      ...{ last: memory.last, recent: records.marks(job.name, RECENT) },
    };
  });
}

function wordsOf({ schedule, atStart }: JobDefinition): string {
  if (!schedule) return 'all the time';
  return atStart ? `${schedule.words}, and at start` : schedule.words;
}

/** Throws `no_such_job`. */
export function jobCalled(jobs: readonly JobDefinition[], name: string): JobDefinition {
  const job = jobs.find((each) => each.name === name);
  if (job) return job;
  throw noSuchJob(
    name,
    jobs.map((each) => each.name),
  );
}

/** Has a job not begin any more until it is resumed; what runs, goes on. Throws `no_such_job`. */
export function pauseJob(records: JobRecords, jobs: readonly JobDefinition[], name: string, now: number): void {
  records.setPaused(jobCalled(jobs, name).name, now);
}

/** Has it begin again, from its next turn on. Throws `no_such_job` or `job_paused_by_configuration`. */
export function resumeJob(records: JobRecords, jobs: readonly JobDefinition[], name: string, now: number): void {
  const job = jobCalled(jobs, name);
  if (job.paused) throw jobPausedByConfiguration(name);
  records.setPaused(name, null);
  if (job.schedule) records.setLastDue(name, now);
}
