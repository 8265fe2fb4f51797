import { type Batch, DEAD_LETTER, MAIN } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { Checkpoint, OperatorContext, OperatorInstance, Outputs } from '../../engine/operator.ts';
import type { Warehouse } from '../warehouse.ts';

const AGGREGATE = 'aggregate';

/** `batch-insert` at work. */
export class BatchInsert implements OperatorInstance {
  readonly keepsNothing = true;
  readonly ports = [AGGREGATE, DEAD_LETTER];
  readonly #warehouse: Warehouse;
  readonly #fileId: number;
  readonly #file: string;
  #uncommitted = false;

  constructor(context: OperatorContext) {
    this.#warehouse = context.service<Warehouse>('warehouse');
    this.#fileId = context.split.fileId;
    this.#file = context.split.file;
  }

  process(batch: Batch, out: Outputs): void {
    this.#requireOwn(batch);
    this.#uncommitted = true;
    if (batch.port === MAIN) out.written(this.#warehouse.insert(batch));
    else if (batch.port === AGGREGATE) this.#warehouse.mergeAggregates(batch);
    else this.#warehouse.insertDeadLetters(batch);
  }

  /** A row is known by its line in the file that is loaded. */
  #requireOwn({ port, split }: Batch): void {
    if (port !== MAIN || split.file === this.#file) return;
    const message = `records of the source "${split.file}" stand on no line of ${this.#file}: join them to the file's own, or drop that file to load it`;
    throw new TillstreamError('foreign_records', message);
  }

  commit(checkpoint: Checkpoint): void {
    this.#uncommitted = true;
    this.#warehouse.commit(this.#fileId, checkpoint);
    this.#uncommitted = false;
  }

  close(): void {
    if (this.#uncommitted) this.#warehouse.rollback();
  }
}
