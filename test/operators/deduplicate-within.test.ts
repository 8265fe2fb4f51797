import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { deduplicate } from '../../operators/deduplicate.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';
import { batchOfRows, cuts, played, query, stream } from './streams.ts';

/** Record after record of each key: one within the time of the one that was kept last repeats it. */
const WALK = `
  WITH RECURSIVE ordered AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY seq) AS n FROM r WHERE t IS NOT NULL),
  walk (k, n, seq, kept, is_new) AS (
    SELECT k, n, seq, t, 1 FROM ordered WHERE n = 1
    UNION ALL
    SELECT o.k, o.n, o.seq, IIF(ABS(o.t - w.kept) <= :within, w.kept, o.t), ABS(o.t - w.kept) > :within
    FROM walk w JOIN ordered o ON o.k IS w.k AND o.n = w.n + 1)`;

t.test('records within a time of each other are those that SQL finds, however batched and restarted', async () => {
  await fc.assert(
    fc.asyncProperty(stream(), cuts, fc.constantFrom(1, 5, 30), async (rows, cut, within) => {
      const options = { keys: ['k'], time: 't', withinSeconds: within };
      const out = await played(deduplicate, options, [{ batch: batchOfRows(rows), cuts: cut }]);
      const find = (sql: string) => query({ r: rows }, `${WALK} ${sql} ORDER BY seq`, { within }).map(({ seq }) => seq);
      deepStrictEqual(out.lines, find('SELECT seq FROM walk WHERE is_new UNION SELECT seq FROM r WHERE t IS NULL'));
      deepStrictEqual(out.leftLines.duplicate ?? [], find('SELECT seq FROM walk WHERE NOT is_new'));
    }),
    { numRuns: 100 },
  );
});

t.test('without keys all fields but the time are compared', async (t) => {
  const records = [
    { sold_at: 1, till: 'A', amount: 5 },
    { sold_at: 2, till: 'A', amount: 5 },
    { sold_at: 3, till: 'A', amount: 6 },
    { sold_at: 9, till: 'A', amount: 5 },
  ];
  const out = await runThrough(deduplicate, { withinSeconds: 5 }, [batchOfRecords(records)]);
  t.strictSame(out.records(), [records[0], records[2], records[3]]);
});

t.test('the oldest are forgotten beyond the capacity, with their times', async (t) => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({ t: i, k: `K${i % 1500}`, v: 1 }));
  const options = { keys: ['k'], time: 't', withinSeconds: 10_000 };
  for (const [capacity, kept] of [
    [1500, 1500],
    [1499, 3000],
  ]) {
    const feed = { batch: batchOfRows(rows), cuts: { sizes: [700], restarts: [true] } };
    t.equal((await played(deduplicate, { ...options, capacity }, [feed])).lines.length, kept);
  }
});

t.test('texts are no times', async (t) => {
  const run = runThrough(deduplicate, { withinSeconds: 5 }, [batchOfRecords([{ sold_at: 'noon' }])]);
  await t.rejects(run, { code: 'not_a_time' });
});
