import '../fixtures/garbage.ts';
import { Batch } from '../../engine/batch.ts';
import type { ConformanceRequest } from '../../engine/conformance.ts';
import { salesBatches } from './conformance-material.ts';

/** Sales, half of which come in at the first input and half at the second. */
function twoInputs(): Batch[] {
  const sales = salesBatches()[0]!;
  return [0, 1].map((sequence) => {
    const rows = Int32Array.from({ length: sales.length / 2 }, (_, row) => 2 * row + sequence);
    const { split, provenance, columns, length } = sales.select(rows);
    return new Batch({ split, sequence, provenance, columns, length });
  });
}

/** What the operators that graphs are made of are tried with. */
export const GRAPH_CASES: Readonly<Record<string, readonly ConformanceRequest[]>> = {
  broadcast: [{ options: { to: ['a', 'b'] }, batches: salesBatches }],
  'flat-map': [
    { options: { field: 'order_id', delimiter: '-', into: 'part' }, batches: salesBatches },
    { options: { field: 'attributes', format: 'json', empty: 'drop' }, batches: salesBatches },
    {
      options: { field: 'items', format: 'json', members: ['sku', 'pieces'], empty: 'drop' },
      records: [
        ...Array.from({ length: 10 }, (_, n) => ({ n, items: `[{"sku":"P${n}","pieces":${n}},{"sku":"Q"}]` })),
        { n: 10, items: '[]' },
        { n: 11, items: 'no list' },
        { n: 12, items: '[1]' },
      ],
    },
  ],
  merge: [{ batches: twoInputs }, { options: { order: 'arrival', time: 'sold_at' }, batches: twoInputs }],
  route: [
    {
      options: {
        routes: [
          { to: 'dear', where: [{ field: 'unit_price', op: '>', value: 10.4 }] },
          { to: 'nowhere', where: [{ field: 'store_id', op: 'is_missing' }] },
        ],
        otherwise: 'cheap',
      },
      batches: salesBatches,
    },
    { options: { by: 'region', values: ['North', 'South'] }, batches: salesBatches },
  ],
};
