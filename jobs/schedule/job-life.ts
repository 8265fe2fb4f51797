import type { JobEnd } from '../../db/operations/jobs.ts';
import { isAbort, troubleOf } from '../ingest/trouble.ts';
import type { JobResult } from './context.ts';
import type { JobDefinition } from './definitions.ts';
import { jobCrashed, jobTookTooLong } from './errors.ts';
import { LogTail } from './log-tail.ts';

/** A worker that was asked to stop is made to when it has not after so long: time enough to reach a checkpoint. */
const GRACE_MS = 20_000;

/** One run of a job, from the start of its worker to its end. */
export class JobLife {
  readonly jobRunId: number;
  readonly startedAt: number;
  readonly log = new LogTail();
  /** Aborts the runs that the job has asked for. */
  readonly abort = new AbortController();
  readonly #definition: JobDefinition;
  readonly #ended = Promise.withResolvers<void>();
  #outcome: JobResult | Error | null = null;
  #why: 'deadline' | 'told' | null = null;
  #killAt = Number.POSITIVE_INFINITY;

  constructor(definition: JobDefinition, jobRunId: number, startedAt: number) {
    [this.#definition, this.jobRunId, this.startedAt] = [definition, jobRunId, startedAt];
  }

  /** Resolves when the worker has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  isLate(now: number): boolean {
    const { deadlineMs } = this.#definition;
    return this.#why === null && deadlineMs !== null && now - this.startedAt >= deadlineMs;
  }

  /** Has it been asked to stop for so long that it won't? */
  isStuck(now: number): boolean {
    return now >= this.#killAt;
  }

  /** Notes that it is asked to stop. */
  stopping(why: 'deadline' | 'told', now: number): void {
    this.#why ??= why;
    this.#killAt = now + GRACE_MS;
    this.abort.abort();
  }

  came(outcome: JobResult | Error): void {
    this.#outcome = outcome;
  }

  /** What is to be noted of its end; `error` is what brought the worker down. */
  end(error: Error | null, now: number): JobEnd {
    const common = { ended_at: now, log: this.log.text };
    if (this.#why === 'told') return { ...common, status: 'cancelled', message: 'told to stop' };
    const outcome =
      this.#why === 'deadline' ? this.#tookTooLong() : (this.#outcome ?? jobCrashed(this.#definition.name, error));
    if (!(outcome instanceof Error)) return { ...common, status: 'done', ...outcome };
    if (isAbort(outcome)) return { ...common, status: 'cancelled', message: 'stopped' };
    const { code, message } = troubleOf(outcome);
    return { ...common, status: 'failed', error_code: code, message };
  }

  over(): void {
    this.#ended.resolve();
  }

  #tookTooLong(): Error {
    return jobTookTooLong(this.#definition.name, this.#definition.deadlineMs ?? 0);
  }
}
