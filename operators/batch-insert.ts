import { Type } from '@sinclair/typebox';
import { type Batch, DEAD_LETTER, MAIN } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Checkpoint, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import type { Warehouse } from './warehouse.ts';

const AGGREGATE = 'aggregate';

class BatchInsert implements OperatorInstance {
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

/**
 * The sink: puts records, roll-up increments and dead letters into the warehouse. What came between two checkpoints is
 * committed in one transaction together with the ledger's counts and the checkpoint, so a crash loses and doubles nothing.
 */
export const batchInsert = defineOperator({
  name: 'batch-insert',
  summary: 'Writes records, roll-ups and dead letters to the warehouse, a transaction a checkpoint.',
  description:
    'Needs the service `warehouse`. Records are `inserted`; with the disposition `merge` those whose primary key is there ' +
    'already are `updated`, or `unchanged` if nothing differs.',
  stability: 'stable',
  options: Type.Object({
    dataset: Type.String({ description: 'Name of the dataset that the records belong to.', default: '' }),
    disposition: Type.Union([Type.Literal('append'), Type.Literal('merge'), Type.Literal('replace')], {
      description: 'How a file joins what is there: beside it, by primary key, or in its place.',
      default: 'append',
    }),
    primaryKey: Type.Array(Type.String(), { description: 'Fields that identify a record, for `merge`.', default: [] }),
  }),
  create: (_options, context) => new BatchInsert(context),
});
