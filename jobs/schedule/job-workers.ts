import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import Bree from 'bree';
import { QUICK_START } from '../../engine/quick-start.ts';
import type { FromJob, ToJob } from './messages.ts';

/** What the workers have to tell. */
export interface WorkerEvents {
  message(job: string, message: FromJob): void;
  /** The thread has ended; the error is what brought it down, if something did. */
  exit(job: string, error: Error | null): void;
}

/** Bree takes a name for each job and a file for its worker. */
export interface WorkerFile {
  readonly name: string;
  readonly worker: URL;
}

/**
 * The worker threads of the jobs, which Bree starts and stops. Its timers are left alone: they know neither an injected clock nor
 * what was missed while nothing ran; the {@link Scheduler} says when.
 */
export class JobWorkers {
  readonly #bree: Bree;
  readonly #events: WorkerEvents;
  readonly #errors = new Map<string, Error>();

  constructor(files: readonly WorkerFile[], events: WorkerEvents) {
    this.#events = events;
    this.#bree = new Bree({
      ...{ root: false, logger: false, doRootCheck: false, timeout: false, acceptedExtensions: ['.ts', '.js'] },
      defaultExtension: 'ts',
      // Loaders and the like that the process was started with are not for its jobs.
      worker: { execArgv: QUICK_START },
      jobs: files.map(({ name, worker }) => ({ name, path: fileURLToPath(worker) })),
      workerMessageHandler: ({ name, message }) => events.message(name, message as FromJob),
      errorHandler: (error, { name }) => this.#failed(name, error),
    });
    this.#bree.on('worker deleted', (name: string) => this.#exited(name));
  }

  /** To be called once, before anything is started. */
  async prepare(): Promise<void> {
    // Its own types leave it out; without it the first start would not be at once.
    await (this.#bree as Bree & { init(): Promise<void> }).init();
  }

  /** Starts the worker of a job, of which there is none, and tells it to begin. */
  async start(job: string, begin: ToJob): Promise<void> {
    await this.#bree.run(job);
    this.tell(job, begin);
  }

  tell(job: string, message: ToJob): void {
    this.#worker(job)?.postMessage(message);
  }

  /** Asks the worker to stop; {@link WorkerEvents.exit} tells when it has. */
  stop(job: string): void {
    if (this.#worker(job)) void this.#bree.stop(job);
  }

  /** Ends a thread that does not listen. */
  kill(job: string): void {
    void this.#worker(job)?.terminate();
  }

  #worker(job: string): Worker | undefined {
    return this.#bree.workers.get(job);
  }

  /** The first error says most: after it Bree tells the exit code as another. */
  #failed(job: string, error: unknown): void {
    if (this.#errors.has(job)) return;
    this.#errors.set(job, error instanceof Error ? error : new Error(String(error)));
  }

  #exited(job: string): void {
    const error = this.#errors.get(job) ?? null;
    this.#errors.delete(job);
    this.#events.exit(job, error);
  }
}
