import { type Static, Type } from '@sinclair/typebox';
import { type Batch, DEAD_LETTER, MAIN } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Checkpoint, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import type { Table, Tables } from './sqlite-sink/tables.ts';

const Options = Type.Object(
  {
    file: Type.String({ minLength: 1, description: 'The database; made if it is not there.' }),
    table: Type.String({ minLength: 1, description: 'The table; made from the first records if it is not there.' }),
    key: Type.Array(Type.String(), {
      description:
        'Fields that tell one record from another: a record whose key is there takes its place. Without, all are added.',
      default: [],
    }),
    measure: Type.String({ description: 'Field whose sum the ledger keeps.', default: '' }),
  },
  { additionalProperties: false },
);

class SqliteSink implements OperatorInstance {
  readonly ports = [DEAD_LETTER];
  readonly #table: Table;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#table = context.service<Tables>('tables').open(options);
  }

  process(batch: Batch, out: Outputs): void {
    if (batch.port === MAIN) this.#insert(batch, out);
    else this.#table.insertDeadLetters(batch);
  }

  #insert(batch: Batch, out: Outputs): void {
    const { tallies, refused } = this.#table.insert(batch);
    out.written(tallies);
    for (const { row, fault } of refused) out.deadLetter(batch, row, [fault]);
  }

  commit(checkpoint: Checkpoint): Promise<void> {
    return this.#table.commit(checkpoint);
  }

  close(): void {
    this.#table.close();
  }
}

/** The sink of pipelines in TypeScript: records into any table, in one transaction with the checkpoint. */
export const sqliteSink = defineOperator({
  name: 'sqlite-sink',
  summary: 'Writes records into any table of a SQLite database, a transaction a checkpoint.',
  description:
    'Needs the service `tables`, which pipelines in TypeScript have. Columns hold what records do: money as a whole number of 1/10,000, times ' +
    'as seconds since 1970; the view TABLE_readable shows them as people write them. Rejected records go into `tillstream_dead_letters`.',
  stability: 'stable',
  options: Options,
  reasons: {
    missing_key: 'A field of the key has no value.',
    constraint_violated: 'The table does not take the record: a constraint of its own forbids it.',
  },
  create: (options, context) => new SqliteSink(options, context),
});
