import type { Batch } from '../../engine/batch.ts';
import type { Fault, OperatorInstance, Outputs } from '../../engine/operator.ts';

/** What is known of one record: a value to go on with, a fault, or why it is left out. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly fault: Fault }
  | { /** Reason it is filtered for. */ readonly leftOut: string };

/** Something that takes its time for each record, or for some at once. */
export interface AsyncWork<T> {
  /** One answer for each of the rows, in their order. Rejects only on an abort or a bug: that ends the run. */
  ask(batch: Batch, rows: readonly number[]): Promise<readonly Answer<T>[]>;
  /** The records of `batch` as they go on, with the value that each was answered with. */
  assemble(batch: Batch, values: readonly T[]): Batch;
  /** Ends all that is under way, and lets go of what it holds. */
  close(): void | Promise<void>;
}

export interface AsyncBatchesOptions {
  /** Calls of `ask` under way at a time. */
  readonly concurrency: number;
  readonly ordered: boolean;
  /** Records that are asked about at once. */
  readonly groupSize: number;
}

/** A batch of which some records have not gone on yet. */
interface Pending<T> {
  readonly batch: Batch;
  readonly answers: (Answer<T> | undefined)[];
  /** Rows answered and not gone on, as they were answered. */
  finished: number[];
  /** Rows not gone on. */
  left: number;
}

/**
 * Asks about many records at a time. Calls of one batch may still be under way when the next comes, so that small batches do not
 * keep each other waiting; never more is held than one batch, or as many records as are asked about at a time. A checkpoint waits
 * for all of them.
 */
export class AsyncBatches<T> implements OperatorInstance {
  readonly #work: AsyncWork<T>;
  readonly #options: AsyncBatchesOptions;
  readonly #pending: Pending<T>[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(work: AsyncWork<T>, options: AsyncBatchesOptions) {
    this.#work = work;
    this.#options = options;
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const { concurrency, groupSize } = this.#options;
    const pending: Pending<T> = { batch, answers: new Array(batch.length), finished: [], left: batch.length };
    this.#pending.push(pending);
    for (let first = 0; first < batch.length; first += groupSize) {
      while (this.#running >= concurrency) await this.#progress();
      const length = Math.min(groupSize, batch.length - first);
      this.#begin(
        pending,
        Array.from({ length }, (_, i) => first + i),
      );
    }
    await this.#release(out);
    while (this.#pending.length > 1 && this.#held() > concurrency * groupSize) {
      // What ended while records were being passed on has woken nobody.
      if (this.#running > 0) await this.#progress();
      await this.#release(out);
    }
  }

  async checkpoint(out: Outputs): Promise<void> {
    while (this.#running > 0) await this.#progress();
    await this.#release(out);
  }

  flush(out: Outputs): Promise<void> {
    return this.checkpoint(out);
  }

  async close(): Promise<void> {
    await this.#work.close();
  }

  #held(): number {
    return this.#pending.reduce((sum, { left }) => sum + left, 0);
  }

  #begin(pending: Pending<T>, rows: readonly number[]): void {
    this.#running++;
    this.#work.ask(pending.batch, rows).then(
      (answers) => {
        for (const [i, row] of rows.entries()) {
          pending.answers[row] = answers[i] ?? UNANSWERED;
          pending.finished.push(row);
        }
        this.#ended();
      },
      (error) => {
        this.#failure ??= { error };
        this.#ended();
      },
    );
  }

  #ended(): void {
    this.#running--;
    this.#wake?.();
    this.#wake = null;
  }

  /** Resolves when one more call has ended. */
  async #progress(): Promise<void> {
    if (!this.#failure) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** Passes on what can go on: whole batches in order, or all that is answered. */
  async #release(out: Outputs): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (!this.#options.ordered) {
      for (const pending of this.#pending) await this.#settle(pending, pending.finished.splice(0), out);
      this.#pending.splice(0, Infinity, ...this.#pending.filter(({ left }) => left > 0));
      return;
    }
    for (let head = this.#pending[0]; head && head.finished.length === head.batch.length; head = this.#pending[0]) {
      this.#pending.shift();
      await this.#settle(head, [...head.answers.keys()], out);
    }
  }

  #settle(pending: Pending<T>, rows: readonly number[], out: Outputs): Promise<void> | void {
    pending.left -= rows.length;
    const answers = rows.map((row) => pending.answers[row] ?? UNANSWERED);
    return settle(pending.batch, rows, answers, out, (batch, values) => this.#work.assemble(batch, values));
  }
}

const UNANSWERED = { fault: { code: 'call_failed', message: 'there was no answer for this record' } } as const;

/** Sends records where their answers say. */
export function settle<T>(
  batch: Batch,
  rows: readonly number[],
  answers: readonly Answer<T>[],
  out: Outputs,
  assemble: (batch: Batch, values: readonly T[]) => Batch,
): Promise<void> | void {
  const kept: number[] = [];
  const values: T[] = [];
  const left = new Map<string, number[]>();
  for (const [i, answer] of answers.entries()) {
    const row = rows[i]!;
    if ('fault' in answer) out.deadLetter(batch, row, [answer.fault]);
    else if ('leftOut' in answer) left.set(answer.leftOut, [...(left.get(answer.leftOut) ?? []), row]);
    else {
      kept.push(row);
      values.push(answer.value);
    }
  }
  for (const [reason, leftRows] of left) out.filtered(batch, Int32Array.from(leftRows), reason);
  if (kept.length === 0) return;
  const isWhole = kept.length === batch.length && kept.every((row, i) => row === i);
  return out.emit(assemble(isWhole ? batch : batch.select(Int32Array.from(kept)), values));
}
