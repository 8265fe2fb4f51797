import { Type } from '@sinclair/typebox';
import { float64s, int32s } from '../../engine/arrays.ts';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { type Column, DictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { giveBack } from '../../engine/memory.ts';
import type { Operator } from '../../engine/operator.ts';
import { makePlan, type Registry } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import { BLOCK, newTotals, type SaleRecord, sampleRecord, type Totals } from './sample.ts';
import { revenueOf, STEPS } from './steps.ts';

const SPLIT = { fileId: 0, file: 'sample', part: 0 };
const NONE = Type.Object({});

/** The chain in the engine, by batch. */
export function viaBatches(count: number): Promise<Totals> {
  return viaEngine(count, ['with-quantity', 'revenue', 'day', 'sales-only', 'profit']);
}

/** The chain in the engine, as record functions. */
export function viaRecordFunctions(count: number): Promise<Totals> {
  return viaEngine(
    count,
    STEPS.map((_, index) => `step-${index}`),
  );
}

/** Any of the operators below, by name. */
export async function viaEngine(count: number, operators: readonly string[]): Promise<Totals> {
  const totals = newTotals();
  const plan = makePlan([{ operator: 'sample', options: { count } }, ...operators, 'totals'], REGISTRY);
  await run({ plan, registry: REGISTRY, services: { totals }, split: SPLIT });
  return totals;
}

/** Made once, as the records of the chains by row are. */
let columns: ReadonlyMap<string, Column> | undefined;

const sample = defineOperator({
  name: 'sample',
  summary: 'the sample, a batch of it again and again',
  options: Type.Object({ count: Type.Integer() }),
  source: ({ count }) => ({
    async *read() {
      columns ??= sampleColumns();
      const provenance = syntheticProvenance(BLOCK);
      for (let sequence = 0; sequence * BLOCK < count; sequence++) {
        yield new Batch({ split: SPLIT, sequence, provenance, columns, length: BLOCK });
      }
      yield { kind: 'position', bytes: 0, state: null, last: true };
    },
  }),
});

const totals = defineOperator({
  name: 'totals',
  summary: 'sums up what arrives',
  options: NONE,
  create: (_options, context) => ({
    keepsNothing: true,
    process(batch, out) {
      const sums = context.service<Totals>('totals');
      sums.records += batch.length;
      sums.revenue += batch.sum('revenue') ?? 0;
      sums.profit += batch.sum('profit') ?? 0;
      sums.days += batch.sum('day') ?? 0;
      out.written({ inserted: { records: batch.length, amount: 0 } });
    },
  }),
});

const withQuantity = batchFilter('with-quantity', 'quantity', (values, kept, left) => {
  let count = 0;
  for (let row = 0, { length } = values; row < length; row++) {
    if (values[row] !== 0) kept[count++] = row;
    else left[row - count] = row;
  }
  return count;
});
const salesOnly = batchFilter('sales-only', 'revenue', (values, kept, left) => {
  let count = 0;
  for (let row = 0, { length } = values; row < length; row++) {
    if (values[row]! > 0) kept[count++] = row;
    else left[row - count] = row;
  }
  return count;
});

const revenue = derived('revenue', ['quantity', 'unit_price', 'discount'], (into, [quantity, price, discount]) => {
  for (let i = 0, { length } = into; i < length; i++) into[i] = revenueOf(quantity![i]!, price![i]!, discount![i]!);
});
const day = derived('day', ['sold_at'], (into, [soldAt]) => {
  for (let i = 0, { length } = into; i < length; i++) into[i] = Math.floor(soldAt![i]! / 86_400);
});
const profit = derived('profit', ['revenue', 'quantity', 'unit_cost'], (into, [money, quantity, cost]) => {
  for (let i = 0, { length } = into; i < length; i++) into[i] = money![i]! - (quantity![i]! / 1000) * cost![i]!;
});

const noOp = defineOperator({
  name: 'no-op',
  summary: 'passes batches on',
  options: NONE,
  create: () => ({ keepsNothing: true, process: (batch, out) => out.emit(batch) }),
});
const noOpRecord = defineOperator({
  name: 'no-op-record',
  summary: 'keeps each record',
  options: NONE,
  filter: () => true,
});

const steps = STEPS.map((step, index) =>
  defineOperator({
    name: `step-${index}`,
    summary: 'a step of the chain, by record',
    options: NONE,
    flatMap: (record) => {
      const made = step({ ...(record as unknown as SaleRecord) });
      return made === null ? [] : [made as unknown as typeof record];
    },
  }),
);

const OPERATORS: readonly Operator[] = [
  ...[sample, totals, withQuantity, salesOnly, revenue, day, profit, noOp, noOpRecord],
  ...steps,
];
const REGISTRY: Registry = new Map(OPERATORS.map((operator) => [operator.name, operator]));

/** Writes the rows to keep and those to leave out; returns how many are kept. */
type Choose = (values: Float64Array, kept: Int32Array, left: Int32Array) => number;

function batchFilter(name: string, field: string, choose: Choose): Operator {
  return defineOperator({
    name,
    summary: `records by ${field}`,
    options: NONE,
    create: () => ({
      keepsNothing: true,
      process(batch, out) {
        const kept = int32s(batch.length);
        const left = int32s(batch.length);
        const count = choose(numbers(batch, field), kept, left);
        out.filtered(batch, left.subarray(0, batch.length - count), 'filtered');
        giveBack(left);
        return out.emit(batch.select(kept.subarray(0, count)));
      },
    }),
  });
}

function derived(
  name: string,
  from: readonly string[],
  fill: (into: Float64Array, sources: readonly Float64Array[]) => void,
): Operator {
  return defineOperator({
    name,
    summary: `${name} from ${from.join(', ')}`,
    options: NONE,
    create: () => ({
      keepsNothing: true,
      process(batch, out) {
        const values = float64s(batch.length);
        fill(
          values,
          from.map((field) => numbers(batch, field)),
        );
        return out.emit(batch.with({ columns: [[name, new NumberColumn('decimal', values, 10_000)]] }));
      },
    }),
  });
}

function numbers(batch: Batch, field: string): Float64Array {
  const column = batch.column(field);
  if (column.kind !== 'number') throw new TypeError(`${field} is no number`);
  return column.values;
}

function sampleColumns(): ReadonlyMap<string, Column> {
  const records = Array.from({ length: BLOCK }, (_, row) => sampleRecord(row));
  const number = (field: 'sold_at' | 'quantity' | 'unit_price' | 'unit_cost' | 'discount'): Column =>
    new NumberColumn(
      'decimal',
      Float64Array.from(records, (record) => record[field]),
      10_000,
    );
  const text = (field: 'store_id' | 'product_id'): Column => {
    const dictionary = new Dictionary();
    return new DictionaryColumn(
      Int32Array.from(records, (record) => dictionary.encode(record[field])),
      dictionary,
    );
  };
  return new Map([
    ...(['sold_at', 'quantity', 'unit_price', 'unit_cost', 'discount'] as const).map((f) => [f, number(f)] as const),
    ...(['store_id', 'product_id'] as const).map((f) => [f, text(f)] as const),
  ]);
}
