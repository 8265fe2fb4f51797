import { Worker } from 'node:worker_threads';
import { reviveError, TillstreamError } from '../../engine/errors.ts';
import type { Home } from '../../jobs/home.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import type { TapSample } from '../../operators/tap.ts';
import { ProblemError } from '../errors.ts';
import type { FromWorker, RunRequest, ToWorker, WorkerInput } from './messages.ts';

/** What became of a run, and the files that were made up for it. */
export interface RunOutcome {
  readonly report: RunReport;
  readonly demo: readonly string[];
}

export interface IngestListener {
  /** A run was asked for, and begins. */
  begun?(request: RunRequest): void;
  event?(event: IngestEvent): void;
  /** Sales are being made up. */
  demo?(): void;
  tapped?(sample: TapSample): void;
  /** The run is over, or could not be at all. */
  ended?(outcome: RunOutcome | Error): void;
}

export type RunRequested = 'started' | 'queued' | 'already_queued';

interface Running {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  runId: number | null;
  isStopping: boolean;
}

/** A thread for the next run is made ready so long after the last one, when whoever looked on has seen its end. */
const SPARE_MS = 1_000;

/** The runs of a home, one at a time, each on a worker thread; one more may wait. */
export class IngestHost {
  readonly #home: Home;
  readonly #sampleMs: number;
  readonly #listeners = new Set<IngestListener>();
  #running: Running | null = null;
  #queued: RunRequest | null = null;
  #watched: readonly string[] = [];
  #isClosed = false;
  /** A thread that has loaded its code and waits for a run, so that none has to be started when one is asked for. */
  #spare: Worker | null = null;

  constructor(home: Home, sampleMs: number) {
    this.#home = home;
    this.#sampleMs = sampleMs;
  }

  /** Returns how to stop listening. */
  listen(listener: IngestListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get runId(): number | null {
    return this.#running?.runId ?? null;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  get isStopping(): boolean {
    return this.#running?.isStopping ?? false;
  }

  get hasQueued(): boolean {
    return this.#queued !== null;
  }

  /** Starts a run, or has it follow the one at hand. */
  request(request: RunRequest): RunRequested {
    if (this.#isClosed) throw new ProblemError('stopping', 'the server is stopping and begins no run');
    if (!this.#running) {
      this.#start(request);
      return 'started';
    }
    // All that lies in the inbox is loaded by whichever run comes next, so one more is enough.
    if (this.#queued) return 'already_queued';
    this.#queued = request;
    return 'queued';
  }

  /** Stops the run at hand within a batch; what it has committed stays. False if there is none. */
  cancel(): boolean {
    this.#queued = null;
    const { worker } = this.#running ?? {};
    if (!this.#running || !worker) return false;
    this.#running.isStopping = true;
    worker.postMessage({ type: 'cancel' } satisfies ToWorker);
    return true;
  }

  /** Which operators' records are looked at. */
  watch(operators: readonly string[]): void {
    this.#watched = operators;
    this.#running?.worker.postMessage({ type: 'watch', operators } satisfies ToWorker);
  }

  /** Resolves when no run is at hand. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running.ended;
  }

  /** Stops the run at hand and waits until it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.cancel();
    await this.idle();
    await this.#spare?.terminate();
  }

  /** Makes a thread ready for the next run. */
  prepare(): void {
    if (this.#isClosed || this.#spare) return;
    const worker = this.#newWorker();
    worker.unref();
    const forget = () => {
      if (this.#spare === worker) this.#spare = null;
    };
    worker.once('error', forget).once('exit', forget);
    this.#spare = worker;
  }

  #newWorker(): Worker {
    const input: WorkerInput = { homeDir: this.#home.dir, sampleMs: this.#sampleMs };
    return new Worker(new URL('./ingest-worker.ts', import.meta.url), { workerData: input });
  }

  #start(request: RunRequest): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const worker = this.#spare ?? this.#newWorker();
    this.#spare = null;
    worker.ref();
    worker.postMessage({ type: 'begin', request, watched: this.#watched } satisfies ToWorker);
    this.#running = { worker, ended, runId: null, isStopping: false };
    this.#tell((listener) => listener.begun?.(request));
    let outcome: RunOutcome | Error = new TillstreamError('run_lost', 'the thread of the run ended without a word');
    worker.on('message', (message: FromWorker) => {
      outcome = this.#received(message) ?? outcome;
    });
    worker.on('error', (error) => {
      outcome = error instanceof Error ? error : new Error(String(error));
    });
    worker.once('exit', () => {
      this.#running = null;
      this.#tell((listener) => listener.ended?.(outcome));
      const next = this.#queued;
      this.#queued = null;
      if (next && !this.#isClosed) this.#start(next);
      else setTimeout(() => this.prepare(), SPARE_MS).unref();
      resolve();
    });
  }

  /** The outcome, if the message brings it. */
  #received(message: FromWorker): RunOutcome | Error | null {
    switch (message.type) {
      case 'event':
        if (message.event.type === 'run-started' && this.#running) this.#running.runId = message.event.runId;
        this.#tell((listener) => listener.event?.(message.event));
        return null;
      case 'demo':
        this.#tell((listener) => listener.demo?.());
        return null;
      case 'tap':
        this.#tell((listener) => listener.tapped?.(message.sample));
        return null;
      case 'done':
        return { report: message.report, demo: message.demo };
      case 'failed':
        return reviveError(message.error);
    }
  }

  #tell(say: (listener: IngestListener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }
}
