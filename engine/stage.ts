import { Writable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { reviveError, TillstreamError } from './errors.ts';
import type { OperatorMetrics } from './metrics.ts';
import type { Checkpoint } from './operator.ts';
import { type Item, isCheckpoint } from './operator-stream.ts';
import { launchStage } from './stage-launch.ts';
import type { FromStage, StageRun, StageSetup, ToStage } from './stage-messages.ts';
import { BatchPacker } from './transfer.ts';

/** Batches that may be under way to the other thread or wait there: what bounds memory when it is slower. */
const CREDITS = 6;

/** What a run hears from its stage. */
export interface StageListener {
  /** A checkpoint has been made durable; its counts are complete. */
  committed(checkpoint: Checkpoint): void;
  sampled(operators: readonly OperatorMetrics[]): void;
  /** All items are under way to the thread or there. */
  handedOver(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * A worker thread that runs the last operators of plans, one run after another, and holds their services.
 * Batches cross to it as columns in memory that both see, under a window of credits.
 */
export class Stage {
  readonly #worker: Worker;
  readonly #packer = new BatchPacker();
  readonly #calls = new Map<number, Pending>();
  readonly #opened: Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  #credits = CREDITS;
  #nextCall = 1;
  #failure: Error | null = null;
  #closing = false;
  #onCredit: () => void = () => {};
  #onEnded: (message: Extract<FromStage, { kind: 'ended' }>) => void = () => {};
  #listener: StageListener | null = null;

  private constructor(setup: StageSetup, worker: Worker) {
    this.#worker = worker;
    this.#opened = new Promise((resolve, reject) => {
      this.#calls.set(0, { resolve: () => resolve(), reject });
    });
    this.#worker.on('exit', (code) => {
      if (!this.#closing) this.#fail(new TillstreamError('stage_died', `the writer thread ended with code ${code}`));
      this.#closed.resolve();
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('message', (message: FromStage) => this.#receive(message));
    this.#send({ kind: 'open', setup });
  }

  /** Makes a stage of a thread that has been launched for its modules; rejects with the error of its services if they can't be made. */
  static async start(setup: StageSetup, worker: Worker = launchStage(setup)): Promise<Stage> {
    const stage = new Stage(setup, worker);
    try {
      await stage.#opened;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return stage;
  }

  /** Calls a method of a service on the thread, once the run at hand is over; arguments and result are copied. */
  call<T>(service: string, method: string, ...args: unknown[]): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextCall++;
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ kind: 'call', id, service, method, args });
    });
  }

  /** Begins a run on the thread: what is written goes through its operators; `finish` is when they have ended. */
  begin(run: StageRun, listener: StageListener): Writable {
    this.#listener = listener;
    this.#credits = CREDITS;
    const ended = Promise.withResolvers<Error | null>();
    this.#onEnded = ({ error, operators }) => {
      listener.sampled(operators);
      ended.resolve(error ? reviveError(error) : null);
      if (error) stream.destroy(reviveError(error));
    };
    const stream = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (item: Item, _encoding, callback) => {
        this.#forward(item).then(() => callback(), callback);
      },
      final: (callback) => {
        this.#send({ kind: 'end' });
        listener.handedOver();
        ended.promise.then((error) => callback(error));
      },
      destroy: (error, callback) => {
        this.#onCredit();
        if (!stream.writableFinished) this.#send({ kind: 'abort' });
        // The thread's operators are closed when it says so; a run is over only then.
        ended.promise.then((cause) => callback(error ?? cause));
      },
    });
    if (this.#failure) setImmediate(() => this.#endByFailure());
    else this.#send({ kind: 'run', run });
    return stream;
  }

  /** Ends the thread; resolves when its services have closed, for then nobody has to wait for it any more. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#send({ kind: 'close' });
    await this.#closed.promise;
  }

  async #forward(item: Item): Promise<void> {
    if (isCheckpoint(item)) {
      this.#send({ kind: 'checkpoint', checkpoint: item });
    } else {
      this.#send({ kind: 'batch', batch: this.#packer.pack(item) });
      item.release();
    }
    this.#credits--;
    if (this.#credits > 0 || this.#failure) return;
    await new Promise<void>((resolve) => {
      this.#onCredit = resolve;
    });
  }

  #receive(message: FromStage): void {
    switch (message.kind) {
      case 'opened':
        this.#settle(0, message.error ? { error: reviveError(message.error) } : {});
        break;
      case 'closed':
        this.#closed.resolve();
        break;
      case 'credit':
        this.#credits++;
        this.#onCredit();
        break;
      case 'returned':
        this.#packer.returned(message.returned);
        break;
      case 'committed':
        this.#listener?.committed(message.checkpoint);
        break;
      case 'sample':
        this.#listener?.sampled(message.operators);
        break;
      case 'ended':
        this.#packer.forget();
        this.#onEnded(message);
        break;
      case 'result': {
        const { id, value, error } = message;
        this.#settle(id, error ? { error: reviveError(error) } : { value });
      }
    }
  }

  #settle(id: number, result: { value?: unknown; error?: Error }): void {
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    if (result.error) pending?.reject(result.error);
    else pending?.resolve(result.value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const id of [...this.#calls.keys()]) this.#settle(id, { error: this.#failure });
    this.#endByFailure();
  }

  #endByFailure(): void {
    const message = this.#failure?.message ?? '';
    this.#onEnded({ kind: 'ended', error: { name: 'TillstreamError', code: 'stage_died', message }, operators: [] });
  }

  #send(message: ToStage): void {
    this.#worker.postMessage(message);
  }
}
