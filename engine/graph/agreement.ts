import type { Checkpoint } from '../operator.ts';

interface Progress {
  given: number;
  committed: number;
  readonly everyone: PromiseWithResolvers<void>;
  readonly kept: PromiseWithResolvers<void>;
}

/**
 * Where branches agree on a checkpoint: it may be committed when every operator has given its part, and is durable when all who
 * commit have done so.
 */
export class Agreement {
  readonly #onDurable: (checkpoint: Checkpoint) => void;
  /** By number. */
  readonly #progress = new Map<number, Progress>();
  #operators = 0;
  #committers = 0;
  #stages = 0;

  constructor(onDurable: (checkpoint: Checkpoint) => void) {
    this.#onDurable = onDurable;
  }

  /** Before the first checkpoint: so many more operators give their part, and so many more commit, here and on other threads. */
  include(operators: number, committers: number, stages: number): void {
    this.#operators += operators;
    this.#committers += committers;
    this.#stages += stages;
  }

  /** An operator's part is in the checkpoint. */
  given(checkpoint: Checkpoint): void {
    const progress = this.#of(checkpoint);
    progress.given++;
    if (progress.given === this.#operators) progress.everyone.resolve();
    this.#settle(checkpoint, progress);
  }

  /** Resolves when all operators' parts are in it. */
  everyone(checkpoint: Checkpoint): Promise<void> {
    return this.#of(checkpoint).everyone.promise;
  }

  /**
   * Resolves when all who commit on this thread have made it durable. A stage commits after them: the run goes on from what it has, and
   * may then find others ahead of that, but none behind.
   */
  keptHere(checkpoint: Checkpoint): Promise<void> {
    const { everyone, kept } = this.#of(checkpoint);
    return everyone.promise.then(() => kept.promise);
  }

  /** One of those who commit has made it durable. */
  committed(checkpoint: Checkpoint): void {
    const progress = this.#of(checkpoint);
    progress.committed++;
    if (progress.committed === this.#committers) progress.kept.resolve();
    this.#settle(checkpoint, progress);
  }

  #of({ number }: Checkpoint): Progress {
    let progress = this.#progress.get(number);
    if (!progress) {
      progress = { given: 0, committed: 0, everyone: Promise.withResolvers(), kept: Promise.withResolvers() };
      this.#progress.set(number, progress);
      if (this.#operators === 0) progress.everyone.resolve();
      if (this.#committers === 0) progress.kept.resolve();
    }
    return progress;
  }

  #settle(checkpoint: Checkpoint, { given, committed }: Progress): void {
    if (given < this.#operators || committed < this.#committers + this.#stages) return;
    this.#progress.delete(checkpoint.number);
    this.#onDurable(checkpoint);
  }
}
