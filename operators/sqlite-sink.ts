import { type Static, Type } from '@sinclair/typebox';
import { type Batch, DEAD_LETTER, MAIN } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Checkpoint, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import type { Refusal, Table, Tables } from './sqlite-sink/tables.ts';

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
  readonly keepsNothing = true;
  readonly ports: readonly string[];
  readonly #table: Table;
  readonly #passesOn: boolean;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    const tables = context.service<Tables>('tables');
    this.#passesOn = tables.isBeside === true;
    this.ports = this.#passesOn ? [] : [DEAD_LETTER];
    this.#table = tables.open(options);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (batch.port === MAIN) await this.#insert(batch, out);
    else this.#table.insertDeadLetters(batch);
  }

  async #insert(batch: Batch, out: Outputs): Promise<void> {
    const { tallies, refused } = this.#table.insert(batch);
    for (const { row, fault } of refused) out.deadLetter(batch, row, [fault]);
    if (!this.#passesOn) out.written(tallies);
    else await out.emit(refused.length === 0 ? batch : batch.select(takenOf(batch, refused)));
  }

  commit(checkpoint: Checkpoint): Promise<void> {
    return this.#table.commit(checkpoint);
  }

  close(): void {
    this.#table.close();
  }
}

function takenOf({ length }: Batch, refused: readonly Refusal[]): Int32Array {
  const left = new Set(refused.map(({ row }) => row));
  return Int32Array.from({ length }, (_, row) => row).filter((row) => !left.has(row));
}

/** The sink of pipelines in TypeScript: records into any table, in one transaction with the checkpoint. */
export const sqliteSink = defineOperator({
  name: 'sqlite-sink',
  summary: 'Writes records into any table of a SQLite database, a transaction a checkpoint.',
  description: [
    'Columns hold what records do: money as a whole number of 1/10,000, times as seconds since 1970; the view TABLE_readable shows them as',
    'people write them. Needs the service `tables`.',
    '',
    'In a pipeline in TypeScript it is the end: records and the place in the source are committed together, and rejected records go into',
    '`tillstream_dead_letters`.',
    '',
    'In a dataset’s plan it writes a table beside the warehouse, `file` being relative to the home, and records pass on, so it can stand',
    'anywhere before `batch-insert` or at the end of a branch. It commits each checkpoint with its number before the warehouse does, and',
    'leaves out one that it has: a run that goes on after a crash writes each record once. Where a file is read from its beginning again',
    '(another plan, a database that was deleted, `disposition: replace` after a crash), records without a `key` stand there twice; with one',
    'they take their own place.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  reasons: {
    missing_key: 'A field of the key has no value.',
    constraint_violated: 'The table does not take the record: a constraint of its own forbids it.',
  },
  create: (options, context) => new SqliteSink(options, context),
});
