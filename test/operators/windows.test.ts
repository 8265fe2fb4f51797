import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { FieldValues } from '../../engine/batch.ts';
import { NumberColumn } from '../../engine/column.ts';
import { sessionWindow } from '../../operators/session-window.ts';
import { slidingWindow } from '../../operators/sliding-window.ts';
import { tumblingWindow } from '../../operators/tumbling-window.ts';
import { batchOf, batchOfRecords, runThrough } from './in-memory.ts';
import { batchOfRows, cuts, type Fates, played, query, type Row, sorted, stream, told, UNCUT } from './streams.ts';

const AGGREGATES = {
  n: { op: 'count' },
  present: { op: 'count', field: 'v' },
  total: { op: 'sum', field: 'v' },
  least: { op: 'min', field: 'v' },
  most: { op: 'max', field: 'v' },
  different: { op: 'distinct', field: 'v' },
  begin: { op: 'first', field: 'v' },
  finish: { op: 'last', field: 'v' },
  average: { op: 'mean', field: 'v' },
};
const NAMES = Object.keys(AGGREGATES).filter((name) => name !== 'average');

/** Per window and group, over `member (start, ending, seq, t, k, v)`. */
const FIGURES = `
  SELECT m.start, m.ending, m.k, COUNT(*) AS n, COUNT(v) AS present, SUM(v) AS total, MIN(v) AS least, MAX(v) AS most,
    COUNT(DISTINCT v) AS different,
    (SELECT v FROM member f WHERE f.start = m.start AND f.k IS m.k AND f.v IS NOT NULL ORDER BY t, seq LIMIT 1) AS begin,
    (SELECT v FROM member f WHERE f.start = m.start AND f.k IS m.k AND f.v IS NOT NULL ORDER BY t DESC, seq DESC LIMIT 1) AS finish
  FROM member m GROUP BY m.start, m.ending, m.k`;

const MARKED = `marked AS (
  SELECT *, MAX(t) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - :outOfOrder AS watermark FROM r WHERE t IS NOT NULL)`;

/** Every window that a record can be in, by arithmetic on whole numbers. */
const FIXED = `
  WITH RECURSIVE ${MARKED},
  starts (start) AS (
    SELECT MIN(t) - (MIN(t) - :offset) % :slide - :slide * (CAST(:size / :slide AS INTEGER) + 2) FROM marked
    UNION ALL SELECT start + :slide FROM starts WHERE start < (SELECT MAX(t) FROM marked)),
  possible AS (
    SELECT start, start + :size AS ending, m.* FROM starts JOIN marked m ON t >= start AND t < start + :size),
  member AS (SELECT * FROM possible WHERE ending + :lateness > watermark)`;

const LATE = 'SELECT seq FROM marked WHERE seq NOT IN (SELECT seq FROM member) ORDER BY seq';

/** What a sink holds that keeps the newest revision of each window and group. */
function kept(out: Fates): FieldValues[] {
  const rows = new Map<string, FieldValues>();
  for (const record of out.records()) {
    const key = JSON.stringify([record.window_start, record.k]);
    if (record.pane === 'retracted') rows.delete(key);
    else rows.set(key, record);
  }
  return [...rows.values()];
}

const figures = (record: FieldValues, start: string, end: string) => [
  record[start],
  record[end],
  record.k,
  ...NAMES.map((name) => record[name]),
];

function requireMeans(records: readonly FieldValues[]): void {
  for (const { average, total, present } of records) {
    if (present === 0) deepStrictEqual(average, null);
    else {
      const off = 2 * Math.abs(Number(average) * Number(present) - Number(total));
      ok(off < Number(present) || (off === present && Number(average) % 2 === 0), `${total}/${present}: ${average}`);
    }
  }
}

/** Revisions count up from 0, and a window closes on time at most once. */
function requireRevisions(out: Fates): void {
  const next = new Map<string, number>();
  const closed = new Set<string>();
  for (const { window_start, k, revision, pane } of out.records()) {
    const key = JSON.stringify([window_start, k]);
    deepStrictEqual(revision, next.get(key) ?? 0);
    next.set(key, Number(revision) + 1);
    if (pane === 'early') ok(!closed.has(key), 'early is before the end');
    if (pane === 'on_time') ok(!closed.has(key), 'told once on time');
    if (pane !== 'early') closed.add(key);
  }
}

const settings = fc.record({
  outOfOrder: fc.constantFrom(0, 0, 5, 30),
  lateness: fc.constantFrom(0, 0, 7, 40),
  earlyRecords: fc.constantFrom(0, 0, 1, 3),
  earlySeconds: fc.constantFrom(0, 0, 4),
});

const rhythms = fc.oneof(
  fc.record({ size: fc.constantFrom(1, 7, 10, 60), offset: fc.constantFrom(0, 3, -4) }).map(({ size, offset }) => ({
    ...{ size, offset, slide: size },
  })),
  fc.record({ size: fc.constantFrom(7, 20), offset: fc.constantFrom(0, 3), slide: fc.constantFrom(2, 5, 7) }),
);

const optionsOf = (s: { outOfOrder: number; lateness: number; earlyRecords: number; earlySeconds: number }) => ({
  ...{ time: 't', by: ['k'], aggregates: AGGREGATES },
  ...{ outOfOrderSeconds: s.outOfOrder, allowedLatenessSeconds: s.lateness },
  ...{ earlyRecords: s.earlyRecords, earlySeconds: s.earlySeconds },
});

const missing = (rows: readonly Row[]) => rows.flatMap(({ t: time }, i) => (time === null ? [i + 2] : []));

t.test('tumbling and sliding windows hold what SQL finds, however batched and restarted', async () => {
  await fc.assert(
    fc.asyncProperty(stream(), cuts, settings, rhythms, async (rows, cut, setting, { size, slide, offset }) => {
      const operator = size === slide ? tumblingWindow : slidingWindow;
      const shape = { sizeSeconds: size, offsetSeconds: offset, ...(size === slide ? {} : { slideSeconds: slide }) };
      const options = { ...optionsOf(setting), ...shape };
      const out = await played(operator, options, [{ batch: batchOfRows(rows), cuts: cut }]);
      deepStrictEqual(told(out), told(await played(operator, options, [{ batch: batchOfRows(rows), cuts: UNCUT }])));

      const parameters = { size, slide, offset, ...setting };
      const found = query({ r: rows }, `${FIXED} ${FIGURES}`, parameters);
      deepStrictEqual(
        sorted(kept(out).map((record) => figures(record, 'window_start', 'window_end'))),
        sorted(found.map((record) => figures(record, 'start', 'ending'))),
      );
      const onTime = query(
        { r: rows },
        `${FIXED.replace('ending + :lateness > watermark', 'ending > watermark')} ${FIGURES}`,
        parameters,
      );
      deepStrictEqual(
        sorted(
          out
            .records()
            .filter(({ pane }) => pane === 'on_time')
            .map((each) => figures(each, 'window_start', 'window_end')),
        ),
        sorted(onTime.map((record) => figures(record, 'start', 'ending'))),
      );
      deepStrictEqual(
        out.lateLines,
        query({ r: rows }, `${FIXED} ${LATE}`, parameters).map(({ seq }) => seq),
      );
      deepStrictEqual(out.deadLines.missing_time ?? [], missing(rows));
      requireMeans(kept(out));
      requireRevisions(out);
    }),
    { numRuns: 150 },
  );
});

/** Islands: a session begins where the record before is `gap` or more away. */
const SESSIONS = `
  WITH ${MARKED},
  timely AS (SELECT * FROM marked WHERE t + :gap + :lateness > watermark),
  begun AS (
    SELECT *, t - LAG(t) OVER w >= :gap IS NOT FALSE AS begins FROM timely WINDOW w AS (PARTITION BY k ORDER BY t, seq)),
  numbered AS (SELECT *, SUM(begins) OVER (PARTITION BY k ORDER BY t, seq) AS session FROM begun),
  member AS (
    SELECT MIN(t) OVER w AS start, MAX(t) OVER w + :gap AS ending, seq, t, k, v FROM numbered WINDOW w AS (PARTITION BY k, session))`;

t.test('sessions are the islands that SQL finds, however records are ordered, batched and restarted', async () => {
  const gaps = fc.constantFrom(1, 4, 10, 25);
  await fc.assert(
    fc.asyncProperty(stream(), cuts, settings, gaps, async (rows, cut, setting, gap) => {
      const options = { ...optionsOf(setting), gapSeconds: gap };
      const out = await played(sessionWindow, options, [{ batch: batchOfRows(rows), cuts: cut }]);
      deepStrictEqual(
        told(out),
        told(await played(sessionWindow, options, [{ batch: batchOfRows(rows), cuts: UNCUT }])),
      );

      const found = query({ r: rows }, `${SESSIONS} ${FIGURES}`, { gap, ...setting });
      deepStrictEqual(
        sorted(kept(out).map((record) => figures(record, 'window_start', 'window_end'))),
        sorted(found.map((record) => figures(record, 'start', 'ending'))),
      );
      const late = 'SELECT seq FROM marked WHERE seq NOT IN (SELECT seq FROM timely) ORDER BY seq';
      deepStrictEqual(
        out.lateLines,
        query({ r: rows }, `${SESSIONS} ${late}`, { gap, ...setting }).map(({ seq }) => seq),
      );
      requireMeans(kept(out));
    }),
    { numRuns: 200 },
  );
});

const at = (times: number[]) => new NumberColumn('datetime', Float64Array.from(times));

t.test('results have the types of what they are made of, and stand where their window began', async (t) => {
  const price = new NumberColumn('decimal', Float64Array.of(105, 106, 210), 10_000);
  const lines = new NumberColumn('integer', Float64Array.of(1, 2, 4));
  const batch = batchOf(
    [
      ['sold_at', at([0, 1, 70])],
      ['price', price],
      ['line', lines],
    ],
    3,
  );
  const aggregates = { mean_price: { op: 'mean', field: 'price' }, mean_line: { op: 'mean', field: 'line' } };
  const out = await runThrough(tumblingWindow, { sizeSeconds: 60, aggregates }, [batch]);
  const [result] = out.batches;
  t.strictSame(
    [...result!.columns].map(([name, column]) => [
      name,
      column.kind === 'number' ? `${column.type}/${column.scale}` : '',
    ]),
    [
      ['window_start', 'datetime/1'],
      ['window_end', 'datetime/1'],
      ['mean_price', 'decimal/10000'],
      ['mean_line', 'decimal/10000'],
      ['pane', ''],
      ['revision', 'integer/1'],
    ],
  );
  t.strictSame(
    out.records().map(({ mean_price, mean_line }) => [mean_price, mean_line]),
    [
      [106, 15_000],
      [210, 40_000],
    ],
  );
  t.strictSame(
    out.batches.flatMap((each) => [...each.provenance.lines]),
    [2, 4],
  );
});

t.test('what is more than may be held becomes a dead letter, and the rest is right', async (t) => {
  const rows = ['A', 'B', 'A', 'C', 'A'].map((k, i) => ({ t: i, k, v: i }));
  const options = { time: 't', by: ['k'], sizeSeconds: 60, maxState: 2 };
  const out = await played(tumblingWindow, options, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
  t.strictSame(
    out.records().map(({ k, count }) => [k, count]),
    [
      ['A', 3],
      ['B', 1],
    ],
  );
  t.strictSame(out.deadLines, { state_full: [5] });
  const distinct = { n: { op: 'distinct', field: 'v' } };
  const few = await played(sessionWindow, { time: 't', gapSeconds: 60, aggregates: distinct, maxState: 3 }, [
    { batch: batchOfRows(rows), cuts: { sizes: [1], restarts: [true] } },
  ]);
  t.equal(few.records()[0]?.n, 2);
  t.strictSame(few.deadLines, { state_full: [4, 5, 6] });
});

t.test('windows that have closed make room for others', async (t) => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ t: i * 100, k: `K${i}`, v: 1 }));
  for (const [operator, options] of [
    [tumblingWindow, { sizeSeconds: 60 }],
    [sessionWindow, { gapSeconds: 30 }],
  ] as const) {
    const all = { ...options, time: 't', by: ['k'], maxState: 2 };
    const out = await played(operator, all, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
    t.equal(out.records().length, 50, operator.name);
    t.strictSame(out.deadLines, {});
  }
});

t.test('a sum too large to be exact takes in no more', async (t) => {
  const rows = [Number.MAX_SAFE_INTEGER - 1, 1, 1, -5].map((v, i) => ({ t: i, k: 'A', v }));
  const options = { time: 't', aggregates: { total: { op: 'sum', field: 'v' } } };
  const out = await played(tumblingWindow, options, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
  t.equal(out.records()[0]?.total, Number.MAX_SAFE_INTEGER - 5);
  t.strictSame(out.deadLines, { amount_overflow: [4] });
});

t.test('what can not be meant is refused in a sentence', async (t) => {
  const sold = batchOf([['sold_at', at([1])]], 1);
  const texts = batchOfRecords([{ sold_at: '2026-01-01', name: 'A' }]);
  const sum = { total: { op: 'sum', field: 'name' } };
  const named = batchOfRecords([{ sold_at: 5, name: 'A' }]);
  await t.rejects(runThrough(tumblingWindow, {}, [texts]), {
    code: 'not_a_time',
    message: /holds texts, expected dates/,
  });
  await t.rejects(runThrough(tumblingWindow, { aggregates: sum }, [named]), { code: 'not_a_number' });
  await t.rejects(runThrough(tumblingWindow, { by: ['regio'] }, [sold]), { code: 'unknown_field' });
  await t.rejects(runThrough(tumblingWindow, { aggregates: { pane: { op: 'count' } } }, [sold]), {
    code: 'bad_option',
  });
  await t.rejects(runThrough(tumblingWindow, { aggregates: { n: { op: 'sum' } } }, [sold]), /sum needs a field/);
  await t.rejects(runThrough(slidingWindow, { sizeSeconds: 60, slideSeconds: 61 }, [sold]), /expected 1 to 60/);
});

t.test('a session that turns out to be part of another is taken back', async (t) => {
  const rows = [100, 130, 200, 115].map((time) => ({ t: time, k: 'A', v: 1 }));
  const options = { time: 't', by: ['k'], gapSeconds: 20, allowedLatenessSeconds: 100 };
  const out = await played(sessionWindow, options, [{ batch: batchOfRows(rows), cuts: UNCUT }]);
  t.strictSame(
    out.records().map((each) => [each.window_start, each.window_end, each.count, each.pane, each.revision]),
    [
      [100, 120, 1, 'on_time', 0],
      [130, 150, 1, 'on_time', 0],
      [130, 150, null, 'retracted', 1],
      [100, 150, 3, 'late', 1],
      [200, 220, 1, 'on_time', 0],
    ],
  );
});

t.test(
  'open windows are told of after so many records, or so many seconds of event time, if there is something new',
  async (t) => {
    const rows = [0, 1, 2, 3, 12, 13, 41].map((time) => ({ t: time, k: 'A', v: 1 }));
    const run = async (options: Record<string, unknown>) => {
      const all = { time: 't', sizeSeconds: 40, ...options };
      const out = await played(tumblingWindow, all, [
        { batch: batchOfRows(rows), cuts: { sizes: [2], restarts: [true] } },
      ]);
      return out.records().map((each) => [each.window_start, each.count, each.pane, each.revision]);
    };
    t.strictSame(await run({ earlyRecords: 4 }), [
      [0, 4, 'early', 0],
      [0, 6, 'on_time', 1],
      [40, 1, 'on_time', 0],
    ]);
    // At second 10 there are four; between 20 and 40 nothing comes by which time would move on.
    t.strictSame(await run({ earlySeconds: 10 }), [
      [0, 4, 'early', 0],
      [0, 6, 'on_time', 1],
      [40, 1, 'on_time', 0],
    ]);
  },
);
