import { Worker } from 'node:worker_threads';
import { reviveError, TillstreamError } from '../../engine/errors.ts';
import { QUICK_START } from '../../engine/quick-start.ts';
import type { Home } from '../../jobs/home.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import type { RunRequest } from '../../jobs/ingest/request.ts';
import type { TapSample } from '../../operators/tap.ts';
import { ProblemError } from '../errors.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { RunQueue, WantedRun } from './run-queue.ts';

export interface IngestListener {
  /** A run begins. */
  begun?(request: RunRequest): void;
  event?(event: IngestEvent, request: RunRequest): void;
  tapped?(sample: TapSample): void;
  /** The run is over, or could not be at all. */
  ended?(outcome: RunReport | Error, request: RunRequest): void;
}

export type RunRequested = 'started' | 'queued' | 'already_queued';

interface Running {
  readonly wanted: WantedRun;
  readonly worker: Worker;
  readonly ended: Promise<void>;
  runId: number | null;
  isStopping: boolean;
}

/** A thread for the next run is made ready so long after the last one, when whoever looked on has seen its end. */
const SPARE_MS = 1_000;
/** Objects of a batch or a file are soon garbage; by default these would be let lie for 128 MB. */
const YOUNG_GENERATION_MB = 48;

/** The runs of a home, one at a time in the order in which they were asked for, each on a worker thread. */
export class IngestHost {
  readonly #home: Home;
  readonly #sampleMs: number;
  readonly #listeners = new Set<IngestListener>();
  readonly #queue = new RunQueue();
  #running: Running | null = null;
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
    return !this.#queue.isEmpty;
  }

  /** Starts a run, or has it follow those that were asked for before. What one that waits does anyway, is not done twice. */
  request(request: RunRequest): RunRequested {
    const { wanted, status } = this.#want(request);
    wanted.isFree = true;
    return status;
  }

  /** The same, and resolves with what became of the run; rejects if there could be none. The signal stops it, unless others want it too. */
  async run(request: RunRequest, signal?: AbortSignal): Promise<RunReport> {
    signal?.throwIfAborted();
    return this.#want(request).wanted.wait(signal);
  }

  #want(request: RunRequest): { wanted: WantedRun; status: RunRequested } {
    if (this.#isClosed) throw new ProblemError('stopping', 'the server is stopping and begins no run');
    const covering = this.#queue.covering(request);
    if (covering) return { wanted: covering, status: 'already_queued' };
    const wanted: WantedRun = new WantedRun(request, () => this.#unwanted(wanted));
    if (this.#running) this.#queue.add(wanted);
    else this.#start(wanted);
    return { wanted, status: this.#running?.wanted === wanted ? 'started' : 'queued' };
  }

  /** Stops the run at hand within a batch; what it has committed stays. Waiting runs that no job waits for are forgotten. False if there is none at hand. */
  cancel(): boolean {
    this.#queue.drop((run) => !run.isAwaited, stopped());
    return this.#stop();
  }

  #stop(): boolean {
    if (!this.#running) return false;
    this.#running.isStopping = true;
    this.#running.worker.postMessage({ type: 'cancel' } satisfies ToWorker);
    return true;
  }

  #unwanted(wanted: WantedRun): void {
    if (this.#running?.wanted === wanted) this.#stop();
    else this.#queue.drop((run) => run === wanted, stopped());
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
    this.#queue.drop(() => true, stopped());
    this.#stop();
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
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    return new Worker(new URL('./ingest-worker.ts', import.meta.url), {
      workerData: input,
      execArgv: QUICK_START,
      resourceLimits,
    });
  }

  #start(wanted: WantedRun): void {
    const { request } = wanted;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const worker = this.#spare ?? this.#newWorker();
    this.#spare = null;
    worker.ref();
    worker.postMessage({ type: 'begin', request, watched: this.#watched } satisfies ToWorker);
    this.#running = { wanted, worker, ended, runId: null, isStopping: false };
    this.#tell((listener) => listener.begun?.(request));
    let outcome: RunReport | Error = new TillstreamError('run_lost', 'the thread of the run ended without a word');
    worker.on('message', (message: FromWorker) => {
      outcome = this.#received(message, request) ?? outcome;
    });
    worker.on('error', (error) => {
      outcome = error instanceof Error ? error : new Error(String(error));
    });
    worker.once('exit', () => {
      this.#running = null;
      this.#tell((listener) => listener.ended?.(outcome, request));
      wanted.settle(outcome);
      const next = this.#queue.take();
      if (next) this.#start(next);
      else setTimeout(() => this.prepare(), SPARE_MS).unref();
      resolve();
    });
  }

  /** The outcome, if the message brings it. */
  #received(message: FromWorker, request: RunRequest): RunReport | Error | null {
    switch (message.type) {
      case 'event':
        if (message.event.type === 'run-started' && this.#running) this.#running.runId = message.event.runId;
        this.#tell((listener) => listener.event?.(message.event, request));
        return null;
      case 'tap':
        this.#tell((listener) => listener.tapped?.(message.sample));
        return null;
      case 'done':
        return message.report;
      case 'failed':
        return reviveError(message.error);
    }
  }

  #tell(say: (listener: IngestListener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }
}

function stopped(): Error {
  return new DOMException('the run was stopped before it began', 'AbortError');
}
