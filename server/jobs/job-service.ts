import type { Database } from 'better-sqlite3';
import { openOperations } from '../../db/operations/connection.ts';
import { JobRecords, type JobRunRecord } from '../../db/operations/jobs.ts';
import type { Home } from '../../jobs/home.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { type Lock, lockHome } from '../../jobs/lock.ts';
import { type JobView, jobCalled, jobViews, pauseJob, resumeJob } from '../../jobs/schedule/board.ts';
import { isToBeRetried } from '../../jobs/schedule/due.ts';
import { jobsElsewhere } from '../../jobs/schedule/errors.ts';
import { type JobListener, Scheduler } from '../../jobs/schedule/scheduler.ts';
import type { AlertSettings } from '../../operators/dataset/settings/alerts.ts';
import type { IngestHost } from '../ingest/ingest-host.ts';
import type { JobList, JobRunPage } from '../schemas/jobs.ts';
import { ConfiguredJobs } from './configured-jobs.ts';
import { FailureAlerts } from './failure-alerts.ts';
import { jobRunDetail, jobSummary } from './job-answers.ts';

export interface JobServiceOptions {
  readonly home: Home;
  readonly ingest: IngestHost;
  /** Whether jobs run here, or are only shown. */
  readonly isOn: boolean;
  readonly now: () => number;
  readonly failed: (error: unknown, what: string) => void;
}

const TICK_MS = 1_000;

/** The home's jobs: runs them, unless that is another's, and says how they are. */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #configured: ConfiguredJobs;
  readonly #db: Database;
  readonly #records: JobRecords;
  readonly #failures: FailureAlerts;
  readonly #listeners = new Set<JobListener>();
  #scheduler: Scheduler | null = null;
  #lock: Lock | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Why nothing runs here, though it should. */
  #refusal: string | null = null;
  #seenVersion = 0;

  constructor(options: JobServiceOptions) {
    this.#options = options;
    this.#configured = new ConfiguredJobs(options.home);
    this.#db = openOperations(options.home.operations);
    this.#records = new JobRecords(this.#db);
    const settings = () => this.#configured.alerts;
    this.#failures = new FailureAlerts({ db: this.#db, settings, now: options.now });
  }

  /** Returns how to stop listening. `changed` is also told of what other processes do. */
  listen(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get isRunning(): boolean {
    return this.#scheduler !== null;
  }

  /** Begins to run the jobs, where that is wanted and no other process does. */
  async start(): Promise<void> {
    await this.#configured.refresh();
    if (this.#options.isOn) await this.#takeOver();
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Has all jobs stop; a run at hand reaches a checkpoint. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#scheduler?.close();
    this.#scheduler = null;
    await this.#lock?.release();
  }

  close(): void {
    this.#db.close();
  }

  /** The `alerts` part of the configuration, as it is now. */
  get alertSettings(): AlertSettings {
    return this.#configured.alerts;
  }

  views(): JobView[] {
    return jobViews(this.#records, this.#configured.jobs);
  }

  list(): JobList {
    const note = this.#refusal ?? this.#configured.trouble;
    return { running_here: this.isRunning, note, items: this.views().map(jobSummary) };
  }

  /** Throws `no_such_job`. */
  runs(name: string, limit: number, offset: number): JobRunPage {
    jobCalled(this.#configured.jobs, name);
    const items = this.#records.runs(name, { limit, offset }).map(jobRunDetail);
    return { items, total: this.#records.count(name), limit, offset };
  }

  /** Runs a job now and returns the id of that run. Throws `no_such_job`, `job_running` or `jobs_elsewhere`. */
  run(name: string): number {
    jobCalled(this.#configured.jobs, name);
    if (!this.#scheduler) throw jobsElsewhere(this.#refusal ?? 'this server was started without jobs');
    return this.#scheduler.runNow(name);
  }

  /** Throws `no_such_job`. */
  pause(name: string): void {
    if (this.#scheduler) this.#scheduler.pause(name);
    else pauseJob(this.#records, this.#configured.jobs, name, this.#options.now());
  }

  /** Throws `no_such_job` or `job_paused_by_configuration`. */
  resume(name: string): void {
    if (this.#scheduler) this.#scheduler.resume(name);
    else resumeJob(this.#records, this.#configured.jobs, name, this.#options.now());
  }

  /** Tells a job that runs all the time that there may be something new for it. */
  wake(name: string): void {
    this.#scheduler?.wake(name);
  }

  async #takeOver(): Promise<void> {
    const { home, ingest, now } = this.#options;
    try {
      this.#lock = await lockHome(home, { what: 'start', role: 'scheduler', wait: false, now });
    } catch (error) {
      this.#refusal = (error as Error).message;
      return;
    }
    this.#refusal = null;
    const run = (...args: Parameters<IngestHost['run']>) => ingest.run(...args);
    const scheduler = new Scheduler({ home, db: this.#db, jobs: this.#configured.jobs, ingest: run, now });
    this.#scheduler = scheduler;
    scheduler.listen({
      changed: (job) => this.#tell((listener) => listener.changed?.(job)),
      logged: (job, line) => this.#tell((listener) => listener.logged?.(job, line)),
      ended: (ended) => {
        this.#guarded('the end of a job', () => this.#afterJob(ended));
        this.#tell((listener) => listener.ended?.(ended));
      },
    });
    ingest.listen({
      ended: (outcome, { trigger }) => this.#guarded('the end of a run', () => this.#afterRun(outcome, trigger)),
    });
    await scheduler.start();
  }

  async #tick(): Promise<void> {
    const isRead = await this.#configured.refresh();
    if (this.#options.isOn && !this.#scheduler && this.#refusal !== null) await this.#takeOver();
    if (isRead) this.#scheduler?.redefine(this.#configured.jobs);
    this.#guarded('the jobs', () => {
      this.#scheduler?.tick();
      // What other connections have committed since: a job was paused from a terminal, or alerts were written.
      const version = this.#db.pragma('data_version', { simple: true }) as number;
      if (version !== this.#seenVersion || isRead) this.#tell((listener) => listener.changed?.(''));
      this.#seenVersion = version;
    });
  }

  /** The figures are checked after each run; the daily run does that itself. */
  #afterRun(outcome: RunReport | Error, trigger: string): void {
    this.#failures.ran(outcome, trigger);
    this.wake('deliver');
    if (trigger === 'daily-run' || outcome instanceof Error || outcome.run_id === null) return;
    this.#scheduler?.follow('monitor');
  }

  #afterJob(run: JobRunRecord): void {
    const job = jobCalled(this.#configured.jobs, run.job);
    if (!(job.schedule && isToBeRetried(job, run))) this.#failures.jobEnded(run);
    this.wake('deliver');
  }

  #guarded(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.failed(error, what);
    }
  }

  #tell(say: (listener: JobListener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }
}
