import { type Batch, DEAD_LETTER, MAIN } from '../../engine/batch.ts';
import type { Checkpoint, OperatorContext, OperatorInstance, Outputs } from '../../engine/operator.ts';
import type { Warehouse } from '../warehouse.ts';

const AGGREGATE = 'aggregate';

/** `batch-insert` at work. */
export class BatchInsert implements OperatorInstance {
  readonly ports = [AGGREGATE, DEAD_LETTER];
  readonly #warehouse: Warehouse;
  readonly #fileId: number;
  #uncommitted = false;

  constructor(context: OperatorContext) {
    this.#warehouse = context.service<Warehouse>('warehouse');
    this.#fileId = context.split.fileId;
  }

  process(batch: Batch, out: Outputs): void {
    this.#uncommitted = true;
    if (batch.port === MAIN) out.written(this.#warehouse.insert(batch));
    else if (batch.port === AGGREGATE) this.#warehouse.mergeAggregates(batch);
    else this.#warehouse.insertDeadLetters(batch);
    batch.release();
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
