import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openOperations } from '../../db/operations/connection.ts';
import { JobRecords, type JobRunRecord } from '../../db/operations/jobs.ts';
import { type Home, homeAt } from '../../jobs/home.ts';
import type { RequestIngest } from '../../jobs/ingest/request.ts';
import type { JobDefinition } from '../../jobs/schedule/definitions.ts';
import { cronSchedule, periodSchedule, type Schedule } from '../../jobs/schedule/schedule.ts';
import { Scheduler } from '../../jobs/schedule/scheduler.ts';
import { ownFolder } from '../own-folder.ts';

const WORKER = new URL('../fixtures/jobs/told.ts', import.meta.url);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const NOON = Date.parse('2026-03-01T12:00:00Z');

/** A job called `told`, every hour unless said otherwise. */
export function told(change: Partial<JobDefinition> = {}): JobDefinition {
  return {
    ...{ name: 'told', summary: 'Does as it is told.', atStart: false, startsAfter: null, attempts: 3, paused: false },
    ...{ schedule: periodSchedule('1 hour'), deadlineMs: 30 * MINUTE, worker: WORKER, ...change },
  };
}

export function berlin(cron: string): Schedule {
  return cronSchedule(cron, 'Europe/Berlin', cron);
}

/** A scheduler with a clock that stands still until it is set, its real worker, and its database. */
export class Rig {
  readonly home: Home;
  readonly records: JobRecords;
  readonly #db: ReturnType<typeof openOperations>;
  readonly #ingest: RequestIngest;
  #scheduler: Scheduler | null = null;
  now = NOON;

  constructor(t: Test, ingest: RequestIngest = () => Promise.reject(new Error('no runs here'))) {
    this.home = homeAt(ownFolder(t));
    this.#db = openOperations(this.home.operations);
    this.records = new JobRecords(this.#db);
    this.#ingest = ingest;
    t.teardown(async () => {
      await this.#scheduler?.close(0);
      this.#db.close();
    });
  }

  get scheduler(): Scheduler {
    if (!this.#scheduler) throw new Error('not started');
    return this.#scheduler;
  }

  /** Starts a scheduler, as a process that begins would; one before it is left as it is. */
  async start(jobs: readonly JobDefinition[] = [told()]): Promise<void> {
    const { home } = this;
    this.#scheduler = new Scheduler({ home, db: this.#db, jobs, ingest: this.#ingest, now: () => this.now });
    await this.#scheduler.start();
  }

  tell(what: string): void {
    writeFileSync(join(this.home.dir, 'told.txt'), what);
  }

  /** Sets the clock on, and has the scheduler look at it. */
  pass(ms: number): void {
    this.now += ms;
    this.scheduler.tick();
  }

  async idle(name = 'told'): Promise<void> {
    await this.scheduler.idle(name);
  }

  /** The same, with what the job began meanwhile ended. */
  async passed(ms: number): Promise<void> {
    this.pass(ms);
    await this.idle();
  }

  /** Runs of the job, the first one first. */
  runs(name = 'told'): JobRunRecord[] {
    return this.records.runs(name, { limit: 1_000 }).reverse();
  }

  /** What is said of them in short. */
  story(name = 'told'): string[] {
    return this.runs(name).map(({ trigger, status, attempt }) => `${trigger} ${attempt} ${status}`);
  }

  /** Resolves when the job has said something. */
  async said(name = 'told'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.scheduler.listen({ logged: (job) => job === name && resolve() });
    await promise;
    stop();
  }
}
