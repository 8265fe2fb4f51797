import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import type { FieldType } from './held/field-types.ts';
import { valuesReader } from './held/group-key.ts';
import { type HeldRecord, RecordShape } from './held/record-shape.ts';
import { comparator, SortKey } from './order/compare.ts';
import { ExternalSorter, type SorterState } from './spill/external-sorter.ts';
import type { Entry } from './spill/run-file.ts';
import { Scratch } from './spill/scratch.ts';

const Options = Type.Object({
  by: Type.Array(SortKey, { minItems: 1, description: 'Fields to sort by, the first one first.' }),
  memoryMiB: Type.Number({
    exclusiveMinimum: 0,
    description: 'How much memory records may take up before they are written to files, about.',
    default: 64,
  }),
});

interface SortState {
  readonly shape: readonly [string, FieldType][];
  readonly sorter: SorterState;
}

const BATCH = 4096;
const MIB = 1_048_576;

class Sort implements OperatorInstance {
  readonly #fields: readonly string[];
  readonly #context: OperatorContext;
  readonly #sorter: ExternalSorter;
  #shape = new RecordShape();
  #finished = false;

  constructor({ by, memoryMiB }: Static<typeof Options>, context: OperatorContext) {
    this.#context = context;
    this.#fields = by.map(({ field }) => field);
    const compareKeys = comparator(by);
    const compare = ([a]: Entry, [b]: Entry) => compareKeys(a, b);
    this.#sorter = new ExternalSorter(compare, new Scratch(context), memoryMiB * MIB);
  }

  async process(batch: Batch): Promise<void> {
    const keysAt = valuesReader(batch, this.#fields);
    const recordAt = this.#shape.reader(batch);
    for (let row = 0; row < batch.length; row++) {
      this.#sorter.add([keysAt(row), recordAt(row)]);
      if (this.#sorter.isFull) await this.#sorter.spill();
    }
  }

  /** What is in memory by then is written down, so that the snapshot has but to name files. */
  async checkpoint(): Promise<void> {
    if (!this.#finished) await this.#sorter.settle();
  }

  async flush(out: Outputs): Promise<void> {
    let records: HeldRecord[] = [];
    let sequence = 0;
    const emit = () => out.emit(this.#shape.batch(records.splice(0), this.#context.split, sequence++));
    for await (const [, record] of this.#sorter.sorted()) {
      this.#context.signal.throwIfAborted();
      if (records.push(record) === BATCH) await emit();
    }
    await emit();
    records = [];
    this.#finished = true;
  }

  snapshot(): SortState | undefined {
    if (this.#finished) return undefined;
    return { shape: this.#shape.snapshot(), sorter: this.#sorter.snapshot() };
  }

  restore(state: unknown): void {
    const { shape, sorter } = state as SortState;
    this.#shape = new RecordShape(shape);
    this.#sorter.restore(sorter);
  }

  close(): Promise<void> {
    return this.#sorter.close(this.#finished);
  }
}

/** Sorts all records of a file, in files of its own where they do not fit into memory. */
export const sort = defineOperator({
  name: 'sort',
  summary: 'Sorts all records by one or more fields, with bounded memory.',
  description: [
    'Nothing goes on before the last record has come. Equal records stay in the order in which they came. Numbers, amounts and dates are',
    'sorted by size, texts by their characters’ codes (as `ORDER BY` does in SQLite and DuckDB): capitals come before small letters.',
    '',
    'Records beyond `memoryMiB` are written, sorted, to files in `data/.scratch` of the home, or in a temporary folder where there is no',
    'home, and merged in the end. A checkpoint keeps the names of these files (and up to 256 KiB of records), so an interrupted run goes on',
    'with them; when the sort is done they are removed. Where they are gone the file is read from its beginning.',
  ].join('\n'),
  stability: 'stable',
  // Every record goes on, but only after later checkpoints have passed.
  conserves: false,
  options: Options,
  example: {
    options: { by: [{ field: 'region' }, { field: 'revenue', order: 'desc' }] },
    input: [
      { region: 'South', revenue: 5 },
      { region: 'North', revenue: 1 },
      { region: null, revenue: 9 },
      { region: 'North', revenue: 7 },
    ],
    output: [
      { region: 'North', revenue: 7 },
      { region: 'North', revenue: 1 },
      { region: 'South', revenue: 5 },
      { region: null, revenue: 9 },
    ],
  },
  create: (options, context) => new Sort(options, context),
});
