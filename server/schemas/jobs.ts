import { type Static, Type } from '@sinclair/typebox';
import { JOB_STATUSES, JOB_TRIGGERS } from '../../db/operations/jobs.ts';
import { Count, Instant, nullable, oneOf, pageOf, record, Trouble } from './common.ts';

const Duration = nullable(Type.Number({ description: 'Milliseconds; null while it runs.' }));
const Status = oneOf(JOB_STATUSES, {
  description: 'skipped: the run before was still going; lost: the process ended before the job did.',
});

/** One run of a job. */
export const JobRun = record({
  job_run_id: Type.Integer(),
  job: Type.String(),
  trigger: oneOf(JOB_TRIGGERS, { description: 'What began it; catch-up: its turn had been missed.' }),
  status: Status,
  attempt: Type.Integer({ minimum: 1, description: 'Counts up with each retry.' }),
  due_at: Instant,
  started_at: nullable(Instant),
  ended_at: nullable(Instant),
  duration_ms: Duration,
  message: nullable(Type.String({ description: 'What came of it, in a sentence.' })),
  error: nullable(Trouble),
});
export type JobRun = Static<typeof JobRun>;

/** One run with what it said. */
export const JobRunDetail = record({
  ...JobRun.properties,
  result: Type.Unknown({ description: 'What the job keeps of it, as it is; null if nothing.' }),
  log: Type.String({ description: 'The last 16 KiB of what it said, a line each.' }),
});
export type JobRunDetail = Static<typeof JobRunDetail>;
export const JobRunPage = pageOf(JobRunDetail);
export type JobRunPage = Static<typeof JobRunPage>;

/** As much of a run as a history of durations shows. */
export const JobMark = record({
  job_run_id: Type.Integer(),
  status: Status,
  started_at: nullable(Instant),
  duration_ms: Duration,
});
export type JobMark = Static<typeof JobMark>;

export const JOB_STATES = ['running', 'idle', 'retrying', 'failed', 'paused'] as const;

/** A job: when it runs, how it last went, and what comes next. */
export const JobSummary = record({
  name: Type.String(),
  summary: Type.String({ description: 'What it does, in a sentence.' }),
  schedule: Type.String({ description: 'In words: every day at 06:30, Europe/Berlin.' }),
  always: Type.Boolean({ description: 'It runs all the time, and not in turns.' }),
  state: oneOf(JOB_STATES, {
    description: 'retrying: it failed and will be tried again; failed: it failed its last attempt.',
  }),
  paused: Type.Boolean({ description: 'Also true while a run goes on that began before.' }),
  next_at: nullable(Instant),
  last: nullable(JobRun),
  line: nullable(Type.String({ description: 'What it said last.' })),
  recent: Type.Array(JobMark, { description: 'The latest runs, the latest first, at most 20.' }),
});
export type JobSummary = Static<typeof JobSummary>;

/** `GET /jobs` */
export const JobList = record({
  running_here: Type.Boolean({ description: 'Whether this server runs the jobs; otherwise it only shows them.' }),
  note: nullable(Type.String({ description: 'Why they do not run as configured, in a sentence.' })),
  items: Type.Array(JobSummary),
});
export type JobList = Static<typeof JobList>;

/** `POST /jobs/:name/run` */
export const JobStarted = record({ job: Type.String(), job_run_id: Count });
export type JobStarted = Static<typeof JobStarted>;
