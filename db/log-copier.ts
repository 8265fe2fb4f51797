import { Worker } from 'node:worker_threads';

/** Bytes of files loaded between two copyings: each waits for the disk twice. */
const BETWEEN_BYTES = 8 * 1024 * 1024;
/** Less is copied soon enough at the end. */
const LEAST_BYTES = 3 * BETWEEN_BYTES;

/**
 * Copies the write-ahead log into the database while more is being loaded, on a thread of its own, so that little is left to copy when
 * the writer closes. What is committed is as durable as without it. Must not be closed while the writer closes.
 */
export class LogCopier {
  readonly #database: string;
  /** Of files, that are not in the database itself yet. */
  #bytes = 0;
  #worker: Worker | null = null;

  /** Null where so little is to be loaded, in bytes of files, that a thread more would not pay. */
  static for(database: string, bytes: number): LogCopier | null {
    return bytes < LEAST_BYTES ? null : new LogCopier(database);
  }

  private constructor(database: string) {
    this.#database = database;
  }

  /** Is told of each commit how many bytes of files it has made durable; returns at once. */
  committed(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < BETWEEN_BYTES) return;
    this.#bytes = 0;
    this.#worker ??= this.#start();
    this.#worker.postMessage('copy');
  }

  /** Resolves when what was begun is done and the database is closed. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker || worker.threadId < 0) return;
    worker.postMessage('close');
    await new Promise((resolve) => worker.once('exit', resolve));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./log-worker.js', import.meta.url), { workerData: this.#database });
    // Without it the log is copied when the writer closes.
    worker.on('error', () => {});
    return worker;
  }
}
