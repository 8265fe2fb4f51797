import t from 'tap';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { type TapSample, tap } from '../../operators/tap.ts';
import { batchOf, batchOfRecords, runThrough } from './in-memory.ts';

const numbered = (first: number, count: number) =>
  batchOfRecords(Array.from({ length: count }, (_, i) => ({ n: first + i })));

function watcher(watched: () => boolean) {
  const samples: TapSample[] = [];
  const service = { isWatched: watched, show: (sample: TapSample) => void samples.push(structuredClone(sample)) };
  return { samples, services: { tap: service } };
}

t.test('shows every n-th record across batches, and the last few of them', async (t) => {
  const { samples, services } = watcher(() => true);
  const batches = [numbered(0, 5), numbered(5, 2), numbered(7, 13)];
  const out = await runThrough(tap, { every: 3, keep: 3 }, batches, services);
  t.strictSame(out.batches, batches, 'batches pass untouched');
  const shown = samples.map(({ seen, records }) => [seen, ...records.map(({ values }) => Number(values.n))]);
  t.strictSame(shown, [
    [5, 0, 3],
    [7, 0, 3, 6],
    [20, 12, 15, 18],
  ]);
  t.match(samples[0], { operator: 'under-test', file: 'test.csv', records: [{ line: 2 }, { line: 5 }] });
});

t.test('values are shown as people write them', async (t) => {
  const { samples, services } = watcher(() => true);
  const columns = [
    ['price', new NumberColumn('decimal', Float64Array.of(125_000), 10_000)],
    ['sold_at', new NumberColumn('datetime', Float64Array.of(1_798_675_200))],
    ['region', dictionaryColumn([null])],
  ] as const;
  await runThrough(tap, {}, [batchOf(columns, 1)], services);
  t.strictSame(samples[0]!.records[0]!.values, { price: '12.5', sold_at: '2026-12-31T00:00:00', region: null });
});

t.test('nothing is made while nobody looks', async (t) => {
  let looks = 0;
  const { samples, services } = watcher(() => ++looks > 1);
  const unread = numbered(0, 5);
  Object.defineProperty(unread, 'columns', {
    get: () => {
      throw new Error('looked into');
    },
  });
  await runThrough(tap, { every: 2 }, [unread, numbered(5, 5)], services);
  t.strictSame(
    samples.map(({ records }) => records.map(({ values }) => values.n)),
    [['6', '8']],
    'it counts on all the same',
  );
});

t.test('does nothing where there is no such service', async (t) => {
  const out = await runThrough(tap, {}, [numbered(0, 3)]);
  t.equal(out.records().length, 3);
});
