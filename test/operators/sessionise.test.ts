import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { sessionise } from '../../operators/sessionise.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';
import { batchOfRows, cuts, played, query, stream, UNCUT } from './streams.ts';

const ISLANDS = `
  WITH marked AS (
    SELECT *, MAX(t) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - :outOfOrder AS watermark FROM r WHERE t IS NOT NULL),
  timely AS (SELECT * FROM marked WHERE t >= watermark),
  begun AS (SELECT *, t - LAG(t) OVER (PARTITION BY k ORDER BY t, seq) >= :gap IS NOT FALSE AS begins FROM timely),
  numbered AS (SELECT *, SUM(begins) OVER (PARTITION BY k ORDER BY t, seq) AS session FROM begun)
  SELECT seq, t, k,
    CASE WHEN k IS NULL THEN NULL ELSE
      k || '@' || strftime('%Y-%m-%dT%H:%M:%S', MIN(t) OVER (PARTITION BY k, session), 'unixepoch') END AS session_id,
    CASE WHEN k IS NULL THEN NULL ELSE ROW_NUMBER() OVER (PARTITION BY k, session ORDER BY t, seq) END AS session_sequence
  FROM numbered ORDER BY t, seq`;

t.test('sessions are the islands that SQL finds, in order of time, however batched and restarted', async () => {
  const options = fc.record({ gap: fc.constantFrom(1, 4, 10, 30), outOfOrder: fc.constantFrom(0, 5, 40) });
  await fc.assert(
    fc.asyncProperty(stream(), cuts, options, async (rows, cut, { gap, outOfOrder }) => {
      const all = { by: ['k'], time: 't', gapSeconds: gap, outOfOrderSeconds: outOfOrder };
      const out = await played(sessionise, all, [{ batch: batchOfRows(rows), cuts: cut }]);
      const found = query({ r: rows }, ISLANDS, { gap, outOfOrder });
      deepStrictEqual(
        out.records().map((each, i) => [out.lines[i], each.t, each.k, each.session_id, each.session_sequence]),
        found.map((each) => [each.seq, each.t, each.k, each.session_id, each.session_sequence]),
      );
      const gone = [...out.lateLines, ...(out.deadLines.missing_time ?? [])];
      deepStrictEqual(
        [...out.lines, ...gone].sort((a, b) => a - b),
        rows.map((_, i) => i + 2),
        'every record is accounted for',
      );
    }),
    { numRuns: 150 },
  );
});

t.test('ids of several fields can not be mistaken for others', async (t) => {
  const records = [
    { sold_at: 1, a: 'x|', b: 'y' },
    { sold_at: 1, a: 'x', b: '|y' },
    { sold_at: 1, a: 'x\\', b: 'y' },
  ];
  const out = await runThrough(sessionise, { by: ['a', 'b'] }, [batchOfRecords(records)]);
  t.strictSame(
    out.records().map(({ session_id }) => session_id),
    ['x\\||y@1', 'x|\\|y@1', 'x\\\\|y@1'],
  );
});

t.test('what there is no room for becomes a dead letter, and sessions that have ended make room', async (t) => {
  const rows = ['A', 'B', 'C', 'A', 'C'].map((k, i) => ({ t: i < 4 ? i : 100, k, v: i }));
  const options = { by: ['k'], time: 't', gapSeconds: 10, maxState: 2 };
  const out = await played(sessionise, options, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
  t.strictSame(out.deadLines, { state_full: [4] });
  t.strictSame(out.lines, [2, 3, 5, 6]);
  const waiting = await played(sessionise, { ...options, outOfOrderSeconds: 1000 }, [
    { batch: batchOfRows(rows), cuts: UNCUT },
  ]);
  t.strictSame(waiting.deadLines, { state_full: [4, 5, 6] });
});
