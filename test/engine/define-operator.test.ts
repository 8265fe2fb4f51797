import '../fixtures/garbage.ts';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { float64s } from '../../engine/arrays.ts';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { NumberColumn } from '../../engine/column.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { makePlan } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';

const NONE = Type.Object({});
const split = { fileId: 1, file: 'a.csv', part: 0 };
const RECORDS = 10_000;

const numbers = defineOperator({
  name: 'numbers',
  summary: 'one large batch',
  options: NONE,
  source: () => ({
    keepsNothing: true,
    async *read() {
      const values = float64s(RECORDS);
      for (let row = 0; row < RECORDS; row++) values[row] = row;
      const columns = new Map([['n', new NumberColumn('integer', values)]]);
      yield new Batch({ split, sequence: 0, provenance: syntheticProvenance(RECORDS), columns, length: RECORDS });
      yield { kind: 'position', bytes: 0, state: null, last: true };
    },
  }),
});
const odd = defineOperator({ name: 'odd', summary: 'odd ones', options: NONE, filter: ({ n }) => Number(n) % 2 === 1 });
const doubled = defineOperator({
  name: 'doubled',
  summary: 'twice as much',
  options: NONE,
  map: ({ n }) => ({ n: 2 * Number(n) }),
});

t.test('functions of one record get large batches in parts, and every record once, in order', async (t) => {
  const seen: [line: number, n: unknown][] = [];
  const kept: Batch[] = [];
  const end = defineOperator({
    name: 'end',
    summary: 'sees all',
    options: NONE,
    create: () => ({
      process(batch, out) {
        kept.push(batch);
        for (let row = 0; row < batch.length; row++) {
          seen.push([batch.provenance.lines[row]!, batch.column('n').get(row)]);
        }
        out.written({ inserted: { records: batch.length, amount: 0 } });
      },
    }),
  });
  const registry = new Map([numbers, odd, doubled, end].map((operator) => [operator.name, operator]));
  await run({ plan: makePlan(['numbers', 'odd', 'doubled', 'end'], registry), registry, services: {}, split });
  const expected = Array.from({ length: RECORDS / 2 }, (_, i) => [2 * i + 2, 2 * (2 * i + 1)]);
  t.strictSame(seen, expected);
  t.ok(kept.length > 1);
  t.strictSame(
    kept.flatMap((batch) => Array.from(batch.provenance.lines)),
    expected.map(([line]) => line),
    'and whoever keeps batches may look at them later',
  );
});
