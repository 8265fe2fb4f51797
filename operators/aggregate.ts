import { type Static, Type } from '@sinclair/typebox';
import { float64s } from '../engine/arrays.ts';
import { Batch, syntheticProvenance } from '../engine/batch.ts';
import { type Column, NumberColumn } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { GroupTable } from './aggregate/group-table.ts';
import { KeyEncoder } from './aggregate/key-encoder.ts';

const Measure = Type.Object(
  {
    name: Type.String({ description: 'Field that the result goes into.' }),
    sum: Type.Optional(Type.String({ description: 'Numeric field to add up; without it, records are counted.' })),
    where: Type.Optional(Type.String({ description: 'Only records in which this field is not missing.' })),
  },
  { additionalProperties: false },
);

const Options = Type.Object({
  by: Type.Array(Type.String(), {
    description: 'Fields that make a group. Those a file does not have are left out.',
    default: ['day', 'store_id', 'region', 'currency', 'product_id', 'category'],
  }),
  measures: Type.Array(Measure, {
    description: 'What is computed for each group.',
    default: [
      { name: 'lines' },
      { name: 'quantity', sum: 'quantity' },
      { name: 'revenue', sum: 'revenue' },
      { name: 'profit', sum: 'profit' },
      { name: 'costed_revenue', sum: 'revenue', where: 'profit' },
      { name: 'margin_lines', where: 'margin' },
      { name: 'margin_sum', sum: 'margin' },
    ],
  }),
  port: Type.String({ description: 'Port that the groups leave on.', default: 'aggregate' }),
});

type MeasureOptions = Static<typeof Measure>;

/** Groups are emitted early beyond this many, so that memory stays bounded; sums are increments and may come in parts. */
const MAX_GROUPS = 131_072;

class Aggregate implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Static<typeof Options>;
  readonly #context: OperatorContext;
  #encoders: KeyEncoder[];
  readonly #table: GroupTable;
  readonly #scales = new Map<string, number>();
  #sequence = 0;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#encoders = options.by.map(() => new KeyEncoder());
    this.#table = new GroupTable(options.by.length, options.measures.length);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (!this.#encoders.every((encoder) => encoder.hasRoomFor(batch.length))) await this.checkpoint(out);
    const { by, measures } = this.#options;
    const keys = by.map((field, k) => this.#encoders[k]!.encode(batch.columns.get(field), batch.length));
    const groups = this.#table.groupsOf(keys, batch.length);
    measures.forEach((measure, m) => {
      this.#learnScale(measure, batch);
      accumulate(this.#table.sums(m), groups, measure, batch);
    });
    await out.emit(batch);
    if (this.#table.size > MAX_GROUPS) await this.checkpoint(out);
  }

  /** Emits the groups so far and begins anew. */
  async checkpoint(out: Outputs): Promise<void> {
    const { size } = this.#table;
    if (size === 0) return;
    const { by, measures, port } = this.#options;
    const columns = new Map<string, Column>();
    const keys = this.#table.keys();
    by.forEach((field, k) => {
      const column = this.#encoders[k]!.decode(keys[k]!);
      if (column) columns.set(field, column);
    });
    measures.forEach((measure, m) => {
      const values = float64s(size);
      values.set(this.#table.sums(m).subarray(0, size));
      columns.set(measure.name, new NumberColumn('decimal', values, this.#scales.get(measure.sum ?? '') ?? 1));
    });
    const { split } = this.#context;
    const provenance = syntheticProvenance(size);
    const groups = new Batch({ split, sequence: this.#sequence++, provenance, columns, length: size, port });
    this.#encoders = by.map(() => new KeyEncoder());
    this.#table.clear();
    await out.emit(groups);
  }

  flush(out: Outputs): Promise<void> {
    return this.checkpoint(out);
  }

  #learnScale({ sum }: MeasureOptions, batch: Batch): void {
    const column = sum === undefined ? undefined : batch.columns.get(sum);
    if (sum !== undefined && column?.kind === 'number') this.#scales.set(sum, column.scale);
  }
}

function accumulate(sums: Float64Array, groups: Int32Array, { sum, where }: MeasureOptions, batch: Batch): void {
  const present = where === undefined ? null : batch.columns.get(where);
  if (present === undefined) return;
  const summed = sum === undefined ? null : batch.columns.get(sum);
  if (summed === null) count(sums, groups, present && presence(present));
  else if (summed?.kind === 'number') add(sums, groups, summed.values, present && presence(present));
}

/** By row: NaN where the column has no value. */
function presence(column: Column): Float64Array {
  if (column.kind === 'number') return column.values;
  return Float64Array.from({ length: column.length }, (_, row) => (column.get(row) === null ? Number.NaN : 0));
}

// Four loops, each over arrays of one kind: a test inside the loop for which case it is would double its time.

function count(sums: Float64Array, groups: Int32Array, present: Float64Array | null): void {
  const rows = groups.length;
  if (!present) for (let row = 0; row < rows; row++) sums[groups[row]!]!++;
  else for (let row = 0; row < rows; row++) if (!Number.isNaN(present[row])) sums[groups[row]!]!++;
}

function add(sums: Float64Array, groups: Int32Array, values: Float64Array, present: Float64Array | null): void {
  const rows = groups.length;
  if (!present) {
    for (let row = 0; row < rows; row++) {
      const value = values[row]!;
      if (!Number.isNaN(value)) sums[groups[row]!]! += value;
    }
    return;
  }
  for (let row = 0; row < rows; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value) && !Number.isNaN(present[row])) sums[groups[row]!]! += value;
  }
}

/**
 * Counts and sums by group: the increments that roll-ups are kept up to date with. Records pass through untouched;
 * groups leave on a port of their own at each checkpoint, so that roll-ups and facts are committed together.
 */
export const aggregate = defineOperator({
  name: 'aggregate',
  summary: 'Counts and sums records by group, for the roll-ups that KPIs are read from.',
  description:
    'Records go on as they are. At each checkpoint the groups seen since the one before leave on the port `aggregate`, ' +
    'one record a group, with integer sums: they are increments, to be added to what is there. Missing values add nothing.',
  stability: 'stable',
  options: Options,
  create: (options, context) => new Aggregate(options, context),
});
