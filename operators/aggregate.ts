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
  /** Those of the fields in `by` that some batch has had. */
  #fields: readonly string[] = [];
  #encoders: readonly KeyEncoder[] = [];
  #table: GroupTable;
  readonly #scales = new Map<string, number>();
  #sequence = 0;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#table = new GroupTable(0, options.measures.length);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (!this.#takes(batch)) {
      if (this.#table.size > 0) await this.checkpoint(out);
      this.#learnFields(batch);
    }
    const keys = this.#fields.map((field, k) => this.#encoders[k]!.encode(batch.columns.get(field), batch.length));
    const groups = this.#table.groupsOf(keys, batch.length);
    this.#options.measures.forEach((measure, m) => {
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
    const { measures, port } = this.#options;
    const columns = new Map<string, Column>();
    const keys = this.#table.keys();
    this.#fields.forEach((field, k) => {
      columns.set(field, this.#encoders[k]!.decode(keys[k]!));
    });
    measures.forEach((measure, m) => {
      const values = float64s(size);
      values.set(this.#table.sums(m).subarray(0, size));
      columns.set(measure.name, new NumberColumn('decimal', values, this.#scales.get(measure.sum ?? '') ?? 1));
    });
    const { split } = this.#context;
    const provenance = syntheticProvenance(size);
    const groups = new Batch({ split, sequence: this.#sequence++, provenance, columns, length: size, port });
    this.#encoders = this.#fields.map(() => new KeyEncoder());
    this.#table.clear();
    await out.emit(groups);
  }

  /** Can the batch's groups be kept together with those so far? Not if there is a field more to group by, or too many texts. */
  #takes({ columns }: Batch): boolean {
    const known = this.#options.by.filter((field) => columns.has(field)).every((field) => this.#fields.includes(field));
    return known && this.#fields.every((field, k) => this.#encoders[k]!.hasRoomFor(columns.get(field)));
  }

  #learnFields({ columns }: Batch): void {
    const { by, measures } = this.#options;
    this.#fields = by.filter((field) => columns.has(field) || this.#fields.includes(field));
    this.#encoders = this.#fields.map(() => new KeyEncoder());
    this.#table = new GroupTable(this.#fields.length, measures.length);
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
  const summed = sum === undefined ? null : batch.columns.get(sum);
  const present = where === undefined ? null : batch.columns.get(where);
  if (present === undefined || (summed !== null && summed?.kind !== 'number')) return;
  if (summed && present) addPresent(sums, groups, summed.values, presence(present));
  else if (summed) add(sums, groups, summed.values);
  else if (present) countPresent(sums, groups, presence(present));
  else count(sums, groups);
}

/** By row: NaN where the column has no value. */
function presence(column: Column): Float64Array {
  if (column.kind === 'number') return column.values;
  return Float64Array.from({ length: column.length }, (_, row) => (column.get(row) === null ? Number.NaN : 0));
}

// Four loops, each over arrays of one kind: a test inside the loop for which case it is would double its time. So would a branch for
// missing values, where adding 0 does as well.

function count(sums: Float64Array, groups: Int32Array): void {
  for (let row = 0; row < groups.length; row++) sums[groups[row]!]!++;
}

function countPresent(sums: Float64Array, groups: Int32Array, present: Float64Array): void {
  for (let row = 0; row < groups.length; row++) sums[groups[row]!]! += Number.isNaN(present[row]) ? 0 : 1;
}

function add(sums: Float64Array, groups: Int32Array, values: Float64Array): void {
  for (let row = 0; row < groups.length; row++) {
    const value = values[row]!;
    sums[groups[row]!]! += Number.isNaN(value) ? 0 : value;
  }
}

function addPresent(sums: Float64Array, groups: Int32Array, values: Float64Array, present: Float64Array): void {
  for (let row = 0; row < groups.length; row++) {
    const value = values[row]!;
    sums[groups[row]!]! += Number.isNaN(value) || Number.isNaN(present[row]) ? 0 : value;
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
