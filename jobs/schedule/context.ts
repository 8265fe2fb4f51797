import type { JobTrigger } from '../../db/operations/jobs.ts';
import type { Home } from '../home.ts';
import type { RequestIngest } from '../ingest/request.ts';

/** What a job works with, wherever it runs. */
export interface JobContext {
  readonly home: Home;
  readonly trigger: JobTrigger;
  /** Aborts when the job shall stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** A line for whoever wants to know what the job does; kept with its run. */
  readonly log: (line: string) => void;
  /** Has files loaded, one run at a time, and resolves with what became of them. */
  readonly ingest: RequestIngest;
  /** Hears when there may be something new to do, for a job that runs all the time. */
  readonly onWake: (listener: () => void) => void;
}

/** What came of a job: a sentence, and what else is worth keeping, as JSON. */
export interface JobResult {
  readonly message: string;
  readonly result?: unknown;
}

/** A job. What it throws, it failed by; after the signal it ends soon, in whichever way. */
export type Job = (context: JobContext) => Promise<JobResult>;
