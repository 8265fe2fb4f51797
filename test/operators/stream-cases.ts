import '../fixtures/garbage.ts';
import { Batch } from '../../engine/batch.ts';
import { gather, NumberColumn } from '../../engine/column.ts';
import type { ConformanceRequest } from '../../engine/conformance.ts';
import { home, salesBatches } from './conformance-material.ts';

/** Sales whose times jump back now and then, so that some come late. */
function jumpingBatches(): Batch[] {
  return salesBatches().map((batch) => {
    const { values } = batch.column('sold_at') as NumberColumn;
    const rows = Int32Array.from(values, (_, row) => (row % 7 === 5 ? row - 5 : row));
    return batch.with({ columns: [['sold_at', new NumberColumn('datetime', gather(values, rows))]] });
  });
}

const aggregates = {
  sales: { op: 'count' },
  revenue: { op: 'sum', field: 'revenue' },
  price: { op: 'mean', field: 'unit_price' },
  products: { op: 'distinct', field: 'product_id' },
  first_order: { op: 'first', field: 'order_id' },
};

/** Sales for the left, and the same again, a little later, for the right: a batch's number says where it goes. */
function twoSides(): Batch[] {
  return [0, 1].flatMap((sequence) =>
    jumpingBatches().map(({ split, provenance, columns, length }) => {
      const { values } = columns.get('sold_at') as NumberColumn;
      const later = new NumberColumn(
        'datetime',
        values.map((seconds) => seconds + 600 * sequence),
      );
      return new Batch({ split, sequence, provenance, columns: new Map([...columns, ['sold_at', later]]), length });
    }),
  );
}

/** What the operators on event time are tried with. */
export const STREAM_CASES: Readonly<Record<string, readonly ConformanceRequest[]>> = {
  'tumbling-window': [
    {
      options: { sizeSeconds: 7200, by: ['store_id', 'region'], aggregates, allowedLatenessSeconds: 7200 },
      batches: jumpingBatches,
    },
    { options: { sizeSeconds: 36000, by: ['product_id'], aggregates, maxState: 12 }, batches: salesBatches },
  ],
  'sliding-window': [
    {
      options: {
        sizeSeconds: 14400,
        slideSeconds: 3600,
        by: ['region'],
        aggregates,
        earlyRecords: 2,
        earlySeconds: 7200,
      },
      batches: jumpingBatches,
    },
  ],
  'session-window': [
    {
      options: { gapSeconds: 10800, by: ['store_id'], aggregates, allowedLatenessSeconds: 3600 },
      batches: jumpingBatches,
    },
  ],
  join: [
    {
      options: { on: ['store_id'], withinSeconds: 3600, kind: 'outer', outOfOrderSeconds: 3600 },
      batches: twoSides,
    },
    { options: { on: ['store_id', 'line'], withinSeconds: 36000, maxState: 20 }, batches: twoSides },
    { options: { on: ['product_id'], withinSeconds: 3600, kind: 'left' }, batches: jumpingBatches },
  ],
  sort: [
    { options: { by: [{ field: 'store_id' }, { field: 'revenue', order: 'desc' }] }, batches: salesBatches },
    {
      options: { by: [{ field: 'attributes.note' }], memoryMiB: 0.000_01 },
      batches: salesBatches,
      services: () => home().services,
    },
  ],
  'top-k': [
    { options: { k: 2, field: 'revenue', by: ['store_id'] }, batches: salesBatches },
    {
      options: { k: 1, field: 'order_id', by: ['region'], windowSeconds: 18000, maxState: 4 },
      batches: jumpingBatches,
    },
  ],
  sessionise: [
    { options: { by: ['store_id'], gapSeconds: 7200, outOfOrderSeconds: 7200 }, batches: jumpingBatches },
    { options: { by: ['order_id', 'line'], gapSeconds: 36000, maxState: 5 }, batches: salesBatches },
  ],
};
