import type { Batch } from '../../engine/batch.ts';
import type { Outputs } from '../../engine/operator.ts';

const BATCH = 4096;

/** Records whose turn has come, until they are emitted in batches. */
export class DueRecords<Due> {
  readonly #batchOf: (due: readonly Due[]) => Batch;
  #due: Due[] = [];

  constructor(batchOf: (due: readonly Due[]) => Batch) {
    this.#batchOf = batchOf;
  }

  /** Whether there is a batch of them: emit, so that memory stays bounded. */
  get isFull(): boolean {
    return this.#due.length >= BATCH;
  }

  add(due: Due): void {
    this.#due.push(due);
  }

  async emit(out: Outputs): Promise<void> {
    const due = this.#due;
    this.#due = [];
    for (let at = 0; at < due.length; at += BATCH) await out.emit(this.#batchOf(due.slice(at, at + BATCH)));
  }
}
