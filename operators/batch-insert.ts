import { Type } from '@sinclair/typebox';
import { defineOperator } from '../engine/define-operator.ts';
import { BatchInsert } from './batch-insert/insert.ts';

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
