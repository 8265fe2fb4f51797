import { type MessagePort, parentPort } from 'node:worker_threads';
import { errorData, reviveError } from '../../engine/errors.ts';
import { giveWay } from '../give-way.ts';
import { homeAt } from '../home.ts';
import type { RunReport } from '../ingest/report.ts';
import type { RequestIngest } from '../ingest/request.ts';
import type { Job } from './context.ts';
import type { FromJob, ToJob } from './messages.ts';

type Begin = Extract<ToJob, { type: 'begin' }>;

/** Runs a job in the worker thread that Bree has started for it, once it is told to begin; the thread ends with the job. */
export function runAsWorker(job: Job, port: MessagePort | null = parentPort): void {
  if (!port) throw new Error('a job runs in a worker thread');
  giveWay();
  const worker = new JobWorker(port);
  port.on('message', (message: ToJob) => worker.received(message, job));
}

class JobWorker {
  readonly #port: MessagePort;
  readonly #abort = new AbortController();
  readonly #asked = new Map<number, PromiseWithResolvers<RunReport>>();
  readonly #wakers = new Set<() => void>();
  #requests = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  received(message: ToJob, job: Job): void {
    if (message === 'cancel') this.#abort.abort();
    else if (message.type === 'begin') void this.#work(job, message);
    else if (message.type === 'wake') for (const wake of this.#wakers) wake();
    else if (message.type === 'ingested') this.#asked.get(message.id)?.resolve(message.report);
    else this.#asked.get(message.id)?.reject(reviveError(message.error));
  }

  async #work(job: Job, { homeDir, trigger, clockOffset }: Begin): Promise<void> {
    try {
      const result = await job({
        ...{ home: homeAt(homeDir), trigger, signal: this.#abort.signal },
        now: () => Date.now() + clockOffset,
        log: (line) => this.#say({ type: 'log', line }),
        ingest: this.#ingest,
        onWake: (listener) => this.#wakers.add(listener),
      });
      this.#say({ type: 'done', result });
    } catch (error) {
      this.#say({ type: 'failed', error: errorData(error) });
    } finally {
      this.#port.close();
    }
  }

  /** The scheduler, which has all runs made, hears when this job is to stop, and stops the run. */
  readonly #ingest: RequestIngest = async (request) => {
    this.#abort.signal.throwIfAborted();
    const id = ++this.#requests;
    const asked = Promise.withResolvers<RunReport>();
    this.#asked.set(id, asked);
    this.#say({ type: 'ingest', id, request });
    return asked.promise.finally(() => this.#asked.delete(id));
  };

  #say(message: FromJob): void {
    this.#port.postMessage(message);
  }
}
