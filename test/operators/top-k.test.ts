import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { FieldValues } from '../../engine/batch.ts';
import { topK } from '../../operators/top-k.ts';
import { batchOfRows, cuts, played, query, stream, told, UNCUT } from './streams.ts';

const options = fc.record({
  k: fc.constantFrom(1, 2, 5),
  order: fc.constantFrom('asc', 'desc'),
  field: fc.constantFrom('v', 't', 'k'),
  by: fc.constantFrom<string[]>([], ['k'], ['k', 'v']),
  windowSeconds: fc.constantFrom(0, 10, 60),
  outOfOrderSeconds: fc.constantFrom(0, 20),
});
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** Ranks within window and group; a record is late where its window had closed when it came. */
function ranked({ order, field, by, windowSeconds }: Options): string {
  const start = windowSeconds === 0 ? '0' : 't - ((t % :window) + :window) % :window';
  const timed = windowSeconds === 0 ? '' : 'WHERE t IS NOT NULL';
  const onTime = windowSeconds === 0 ? '' : 'WHERE start + :window > watermark';
  return `
    WITH marked AS (
      SELECT *, ${start} AS start, MAX(t) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - :outOfOrder AS watermark FROM r ${timed}),
    timely AS (SELECT * FROM marked ${onTime}),
    ranked AS (
      SELECT *, ROW_NUMBER() OVER (PARTITION BY ${['start', ...by].join(', ')} ORDER BY ${field} ${order} NULLS LAST, seq) AS place
      FROM timely)`;
}

const lines = (records: readonly FieldValues[]) => records.map(({ seq }) => Number(seq));
const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

t.test('the best are those that ROW_NUMBER finds, and every other record is counted', async () => {
  await fc.assert(
    fc.asyncProperty(stream(), cuts, options, async (rows, cut, option) => {
      const all = { ...option, time: 't' };
      const out = await played(topK, all, [{ batch: batchOfRows(rows), cuts: cut }]);
      const uncut = await played(topK, all, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
      deepStrictEqual([out.records(), out.lines], [uncut.records(), uncut.lines]);

      const parameters = { k: option.k, outOfOrder: option.outOfOrderSeconds, window: option.windowSeconds };
      const find = (sql: string) => query({ r: rows }, `${ranked(option)} ${sql}`, parameters);
      const best = find('SELECT * FROM ranked WHERE place <= :k');
      const places = out.records().map(({ rank }, i) => [out.lines[i], rank]);
      deepStrictEqual(
        places.toSorted(([a], [b]) => Number(a) - Number(b)),
        best.map(({ seq, place }) => [seq, place]).toSorted(([a], [b]) => Number(a) - Number(b)),
      );
      deepStrictEqual(
        ascending(out.leftLines.not_in_top ?? []),
        ascending(lines(find('SELECT seq FROM ranked WHERE place > :k'))),
      );
      deepStrictEqual(
        out.lateLines,
        lines(find('SELECT seq FROM marked WHERE seq NOT IN (SELECT seq FROM timely) ORDER BY seq')),
      );
    }),
    { numRuns: 120 },
  );
});

const rows = [5, 7, 7, 1].map((v, i) => ({ t: 60 * i, k: 'A', v }));

t.test('windows are told when they have closed, with their bounds', async (t) => {
  const options = { field: 'v', k: 1, windowSeconds: 120, time: 't' };
  const out = await played(topK, options, [{ batch: batchOfRows(rows), cuts: { sizes: [3], restarts: [true] } }]);
  t.strictSame(out.records(), [
    { t: 60, k: 'A', v: 7, rank: 1, window_start: 0, window_end: 120 },
    { t: 120, k: 'A', v: 7, rank: 1, window_start: 120, window_end: 240 },
  ]);
});

t.test('a record without time can not be put into a window', async (t) => {
  const options = { field: 'v', windowSeconds: 120, time: 't' };
  const out = await played(topK, options, [{ batch: batchOfRows([{ t: null, k: 'A', v: 1 }]), cuts: UNCUT }]);
  t.strictSame(out.deadLines, { missing_time: [2] });
});

t.test('what would need more room than there is becomes a dead letter', async (t) => {
  const groups = ['A', 'B', 'C', 'A'].map((k, i) => ({ t: i, k, v: i }));
  const options = { field: 'v', k: 1, by: ['k'], maxState: 2 };
  const out = await played(topK, options, [{ batch: batchOfRows(groups), cuts: UNCUT }]);
  t.strictSame(out.deadLines, { state_full: [4] });
  t.strictSame(out.lines, [5, 3], 'a better one of a group that is there takes its place');
  t.strictSame(
    told(out),
    told(await played(topK, options, [{ batch: batchOfRows(groups), cuts: { sizes: [1], restarts: [true] } }])),
  );
});
