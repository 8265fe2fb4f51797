import type { Database } from 'better-sqlite3';
import { JobRecords, type JobRunRecord, type JobTrigger } from '../../db/operations/jobs.ts';
import { errorData, reviveError } from '../../engine/errors.ts';
import type { Home } from '../home.ts';
import type { RequestIngest, RunRequest } from '../ingest/request.ts';
import { jobCalled, pauseJob, resumeJob } from './board.ts';
import type { JobDefinition } from './definitions.ts';
import { type Due, retryNow, turnNow } from './due.ts';
import { jobRunning } from './errors.ts';
import { JobLife } from './job-life.ts';
import { JobWorkers } from './job-workers.ts';
import { markLost } from './lost.ts';
import type { FromJob } from './messages.ts';

export interface SchedulerOptions {
  readonly home: Home;
  /** Of `openOperations`; the caller closes it. */
  readonly db: Database;
  readonly jobs: readonly JobDefinition[];
  readonly ingest: RequestIngest;
  readonly now?: () => number;
}

export interface JobListener {
  /** A job has begun, ended, said something, or was paused or resumed. */
  changed?(job: string): void;
  logged?(job: string, line: string): void;
  ended?(run: JobRunRecord): void;
}

/**
 * Has the jobs of a home run when they are due. All it knows is in the database, so that a restart changes nothing and what other
 * processes write there counts at once. What is due is found by {@link tick}, to be called every second or so. A home has one
 * scheduler at a time: its caller holds the lock.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #now: () => number;
  readonly #records: JobRecords;
  #jobs: readonly JobDefinition[];
  readonly #workers: JobWorkers;
  readonly #lives = new Map<string, JobLife>();
  /** Jobs to be run once more, because something happened while they ran. */
  readonly #again = new Set<string>();
  /** Jobs that wait at start for the end of another. */
  readonly #held = new Set<string>();
  readonly #listeners = new Set<JobListener>();
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    const { db, jobs, now = Date.now } = options;
    [this.#options, this.#now, this.#records, this.#jobs] = [options, now, new JobRecords(db), jobs];
    this.#workers = new JobWorkers(jobs, {
      message: (job, message) => this.#received(job, message),
      exit: (job, error) => this.#exited(job, error),
    });
  }

  /** Returns how to stop listening. */
  listen(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins: what was lost is marked, what runs at start or all the time starts, what was missed is caught up once. */
  async start(): Promise<void> {
    await this.#workers.prepare();
    const now = this.#now();
    markLost(this.#records, now);
    for (const job of this.#jobs) {
      const memory = this.#records.of(job.name);
      if (memory.lastDueAt === null && job.schedule) this.#records.setLastDue(job.name, now);
      if (this.#isPaused(job) || !(job.atStart || !job.schedule)) continue;
      if (job.startsAfter !== null && this.#lives.has(job.startsAfter)) {
        this.#held.add(job.name);
        continue;
      }
      const missed = turnNow(job, memory, now);
      if (job.schedule) this.#records.setLastDue(job.name, now);
      this.#begin(job, missed ?? dueOnce('start', now));
    }
    this.tick();
  }

  /** Goes on with the same jobs by other settings. One whose schedule is another counts from now on. */
  redefine(jobs: readonly JobDefinition[]): void {
    const before = new Map(this.#jobs.map((job) => [job.name, job.schedule?.words]));
    this.#jobs = jobs;
    for (const { name, schedule } of jobs) {
      if (schedule && schedule.words !== before.get(name)) this.#records.setLastDue(name, this.#now());
    }
    this.tick();
  }

  /** Looks at the clock: begins what is due, and stops what takes too long. */
  tick(): void {
    if (this.#isClosed) return;
    const now = this.#now();
    for (const job of this.#jobs) {
      this.#supervise(job, now);
      this.#turn(job, now);
      if (this.#lives.has(job.name) || this.#isPaused(job) || this.#isHeld(job)) continue;
      const isFirst = this.#held.delete(job.name);
      const due = isFirst ? dueOnce('start', now) : retryNow(job, this.#records.of(job.name), now);
      if (due) this.#begin(job, due);
    }
  }

  /** Runs a job now. Throws `no_such_job` or `job_running`. */
  runNow(name: string, trigger: JobTrigger = 'hand'): number {
    const job = jobCalled(this.#jobs, name);
    if (this.#lives.has(name)) throw jobRunning(name);
    return this.#begin(job, dueOnce(trigger, this.#now()));
  }

  /** Has a job run that follows what happened just now; if it is running, then once more after that. No matter if it is paused. */
  follow(name: string): void {
    const job = this.#jobs.find((each) => each.name === name);
    if (!job || this.#isClosed || this.#isPaused(job)) return;
    if (this.#lives.has(name)) this.#again.add(name);
    else this.#begin(job, dueOnce('after-run', this.#now()));
  }

  /** Tells a job that runs all the time that there may be something new for it. */
  wake(name: string): void {
    this.#workers.tell(name, { type: 'wake' });
  }

  /** A job that runs all the time is stopped; one that runs in turns ends the turn at hand. Throws `no_such_job`. */
  pause(name: string): void {
    const job = jobCalled(this.#jobs, name);
    pauseJob(this.#records, this.#jobs, name, this.#now());
    if (!job.schedule) this.#stop(job, 'told');
    this.#tell((listener) => listener.changed?.(name));
  }

  /** Throws `no_such_job` or `job_paused_by_configuration`. */
  resume(name: string): void {
    resumeJob(this.#records, this.#jobs, name, this.#now());
    this.tick();
    this.#tell((listener) => listener.changed?.(name));
  }

  /** Resolves when a job's worker has ended, at once if it has none. */
  async idle(name: string): Promise<void> {
    await this.#lives.get(name)?.ended;
  }

  /** Stops all jobs: they are asked to, and made to after `graceMs`. */
  async close(graceMs = 20_000): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#jobs) this.#stop(job, 'told');
    const timer = setTimeout(() => {
      for (const name of this.#lives.keys()) this.#workers.kill(name);
    }, graceMs);
    await Promise.all([...this.#lives.values()].map((life) => life.ended));
    clearTimeout(timer);
  }

  #isPaused({ name, paused }: JobDefinition): boolean {
    return paused || this.#records.of(name).pausedAt !== null;
  }

  #isHeld({ name, startsAfter }: JobDefinition): boolean {
    return this.#held.has(name) && startsAfter !== null && this.#lives.has(startsAfter);
  }

  #supervise(job: JobDefinition, now: number): void {
    const life = this.#lives.get(job.name);
    if (!life) return;
    const log = life.log.unsaved();
    if (log !== null) {
      this.#records.saveLog(life.jobRunId, log);
      this.#tell((listener) => listener.changed?.(job.name));
    }
    if (life.isStuck(now)) this.#workers.kill(job.name);
    else if (life.isLate(now)) this.#stop(job, 'deadline');
    // It may have been paused by another process.
    else if (!job.schedule && this.#isPaused(job)) this.#stop(job, 'told');
  }

  /** A turn that has come begins, or is skipped while the one before goes on; while a job is paused its turns pass. */
  #turn(job: JobDefinition, now: number): void {
    const turn = turnNow(job, this.#records.of(job.name), now);
    if (!turn) return;
    this.#records.setLastDue(job.name, turn.dueAt);
    if (this.#isPaused(job)) return;
    const life = this.#lives.get(job.name);
    if (!life) this.#begin(job, turn);
    else {
      const message = `skipped: it was still running since ${new Date(life.startedAt).toISOString()}`;
      this.#records.skip({ job: job.name, due_at: turn.dueAt, at: now, message });
      this.#tell((listener) => listener.changed?.(job.name));
    }
  }

  #begin(job: JobDefinition, { trigger, attempt, dueAt, turns }: Due): number {
    const startedAt = this.#now();
    const { name } = job;
    const jobRunId = this.#records.start({ job: name, trigger, attempt, due_at: dueAt, started_at: startedAt });
    const life = new JobLife(job, jobRunId, startedAt);
    this.#lives.set(name, life);
    if (turns > 1) life.log.add(`stands for ${turns} turns that were missed`, startedAt);
    const clockOffset = startedAt - Date.now();
    const begin = { type: 'begin', homeDir: this.#options.home.dir, trigger, clockOffset } as const;
    this.#workers.start(name, begin).catch((error: Error) => this.#exited(name, error));
    this.#tell((listener) => listener.changed?.(name));
    return jobRunId;
  }

  #stop({ name }: JobDefinition, why: 'deadline' | 'told'): void {
    const life = this.#lives.get(name);
    if (!life || life.abort.signal.aborted) return;
    life.stopping(why, this.#now());
    this.#workers.stop(name);
  }

  #received(name: string, message: FromJob): void {
    const life = this.#lives.get(name);
    if (!life) return;
    if (message.type === 'done') life.came(message.result);
    else if (message.type === 'failed') life.came(reviveError(message.error));
    else if (message.type === 'ingest') void this.#makeRun(name, life, message.id, message.request);
    else if (message.type === 'log') {
      life.log.add(message.line, this.#now());
      this.#tell((listener) => listener.logged?.(name, message.line));
    }
  }

  async #makeRun(name: string, life: JobLife, id: number, request: RunRequest): Promise<void> {
    try {
      const report = await this.#options.ingest(request, life.abort.signal);
      this.#workers.tell(name, { type: 'ingested', id, report });
    } catch (error) {
      this.#workers.tell(name, { type: 'not-ingested', id, error: errorData(error) });
    }
  }

  #exited(name: string, error: Error | null): void {
    const life = this.#lives.get(name);
    if (!life) return;
    this.#lives.delete(name);
    this.#records.finish(life.jobRunId, life.end(error, this.#now()));
    life.over();
    const run = this.#records.of(name).last;
    this.#tell((listener) => {
      listener.changed?.(name);
      if (run) listener.ended?.(run);
    });
    if (this.#again.delete(name)) this.follow(name);
  }

  #tell(say: (listener: JobListener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }
}

function dueOnce(trigger: JobTrigger, now: number): Due {
  return { trigger, attempt: 1, dueAt: now, turns: 1 };
}
