import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { FieldValues } from '../../engine/batch.ts';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { join } from '../../operators/join.ts';
import { batchOf, batchOfRecords, contextWith } from './in-memory.ts';
import { batchOfRows, cuts, Fates, type Fed, played, query, type Row, sorted, stream, told, UNCUT } from './streams.ts';

/** Both streams, now a part of the one and now of the other. */
function interleaved(left: readonly Row[], right: readonly Row[], turns: readonly number[], cut = UNCUT): Fed[] {
  const sides = [
    { input: 'left', batch: batchOfRows(left), at: 0 },
    { input: 'right', batch: batchOfRows(right), at: 0 },
  ];
  const feeds: Fed[] = [];
  for (let i = 0; sides.some(({ batch, at }) => at < batch.length); i++) {
    const side = sides[i % 2]!;
    const count = Math.min(turns[i % turns.length]!, side.batch.length - side.at);
    const rows = Int32Array.from({ length: count }, (_, row) => side.at + row);
    if (count > 0) feeds.push({ input: side.input, batch: side.batch.select(rows), cuts: cut });
    side.at += count;
  }
  return feeds;
}

const turns = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });

const timely = (name: string) => `${name}_timely AS (
  SELECT * FROM (SELECT *, MAX(t) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - :outOfOrder AS watermark FROM ${name})
  WHERE t >= watermark)`;

const JOINS = { inner: 'JOIN', left: 'LEFT JOIN', outer: 'FULL JOIN' };

const joined = (kind: keyof typeof JOINS) => `
  WITH ${timely('l')}, ${timely('r')}
  SELECT l.t AS t, COALESCE(l.k, r.k) AS k, l.v AS v, r.t AS t_right, r.v AS v_right
  FROM l_timely l ${JOINS[kind]} r_timely r ON l.k = r.k AND ABS(l.t - r.t) <= :within`;

/** Fields that no record of a side ever brought are missing. */
const pair = ({ t: time, k, v, t_right, v_right }: FieldValues) =>
  [time, k, v, t_right, v_right].map((each) => each ?? null);

function lateLines(l: readonly Row[], r: readonly Row[], outOfOrder: number): unknown[] {
  const late = (name: string) =>
    `WITH ${timely(name)} SELECT seq FROM ${name} WHERE t IS NOT NULL AND seq NOT IN (SELECT seq FROM ${name}_timely)`;
  return ['l', 'r'].flatMap((name) => query({ l, r }, late(name), { outOfOrder }).map(({ seq }) => seq));
}

t.test('pairs are those that SQL finds, however the streams interleave, are batched and restarted', async () => {
  const options = fc.record({
    kind: fc.constantFrom('inner' as const, 'left' as const, 'outer' as const),
    within: fc.constantFrom(0, 3, 15),
    outOfOrder: fc.constantFrom(0, 6, 50),
  });
  const run = (
    l: Row[],
    r: Row[],
    how: readonly number[],
    cut: typeof UNCUT,
    { kind, within, outOfOrder }: { kind: string; within: number; outOfOrder: number },
  ): Promise<Fates> => {
    const all = { on: ['k'], time: 't', kind, withinSeconds: within, outOfOrderSeconds: outOfOrder };
    return played(join, all, interleaved(l, r, how, cut));
  };
  await fc.assert(
    fc.asyncProperty(stream(40), stream(40), turns, cuts, options, async (l, r, how, cut, option) => {
      // Without a left, whose fields are called alike is not known.
      fc.pre(option.kind !== 'outer' || l.length > 0);
      const out = await run(l, r, how, cut, option);
      deepStrictEqual(told(out), told(await run(l, r, how, UNCUT, option)));
      const found = query({ l, r }, joined(option.kind), option);
      deepStrictEqual(sorted(out.records().map(pair)), sorted(found.map(pair)));
      deepStrictEqual(out.lateLines.toSorted(), lateLines(l, r, option.outOfOrder).toSorted());
      const other = await run(l, r, [1000], UNCUT, option);
      deepStrictEqual(sorted(other.records().map(pair)), sorted(out.records().map(pair)));
    }),
    { numRuns: 150 },
  );
});

t.test('every record that goes nowhere is counted as unmatched', async () => {
  await fc.assert(
    fc.asyncProperty(stream(30), stream(30), turns, async (l, r, how) => {
      const out = await played(join, { on: ['k'], time: 't', withinSeconds: 5 }, interleaved(l, r, how));
      const counts = query(
        { l, r },
        `WITH ${timely('l')}, ${timely('r')}
         SELECT COUNT(*) AS n FROM l_timely l WHERE NOT EXISTS (SELECT 1 FROM r_timely r WHERE l.k = r.k AND ABS(l.t - r.t) <= 5)
         UNION ALL
         SELECT COUNT(*) AS n FROM r_timely r WHERE NOT EXISTS (SELECT 1 FROM l_timely l WHERE l.k = r.k AND ABS(l.t - r.t) <= 5)`,
        { outOfOrder: 0 },
      );
      deepStrictEqual((out.leftLines.unmatched ?? []).length, Number(counts[0]!.n) + Number(counts[1]!.n));
    }),
    { numRuns: 40 },
  );
});

const sales = batchOfRecords([{ sold_at: 10, till: 'T1', line: 1, amount: 5 }]);
const visits = batchOfRecords([{ entered_at: 8, door: 'T1', amount: 2, sold_at: 1 }]);
const feed = (first: typeof sales, second: typeof sales): Fed[] => [
  { batch: first, cuts: UNCUT, input: 'left' },
  { batch: second, cuts: UNCUT, input: 'right' },
];

t.test('keys can be called otherwise on the right, and fields of one name are told apart', async (t) => {
  const options = { on: ['till'], onRight: ['door'], timeRight: 'entered_at', withinSeconds: 5, suffix: '_visit' };
  const out = await played(join, options, feed(sales, visits));
  t.strictSame(out.records(), [
    { sold_at: 10, till: 'T1', line: 1, amount: 5, entered_at: 8, door: 'T1', amount_visit: 2, sold_at_visit: 1 },
  ]);
  t.strictSame(out.lines, [2], 'on the line of the left');
});

t.test('pairs keep the types of both sides and the text of the left', async (t) => {
  const money = new NumberColumn('decimal', Float64Array.of(125_000), 10_000);
  const at = new NumberColumn('datetime', Float64Array.of(10));
  const left = batchOf(
    [
      ['sold_at', at],
      ['till', dictionaryColumn(['T1'])],
      ['paid', money],
    ],
    1,
  );
  const right = batchOf(
    [
      ['sold_at', at],
      ['till', dictionaryColumn(['T1'])],
      ['fee', money],
    ],
    1,
  );
  const out = await played(join, { on: ['till'], withinSeconds: 0 }, feed(left, right));
  const columns = [...out.batches[0]!.columns].map(([name, column]) => [
    name,
    column.kind === 'number' && column.type,
    column.kind === 'number' && column.scale,
  ]);
  t.strictSame(columns, [
    ['sold_at', 'datetime', 1],
    ['till', false, false],
    ['paid', 'decimal', 10_000],
    ['sold_at_right', 'datetime', 1],
    ['fee', 'decimal', 10_000],
  ]);
});

t.test('a side that has ended holds nothing up', async (t) => {
  const out: unknown[] = [];
  const fates = new Fates();
  const instance = join.create!(
    fillOptions(join, { on: ['k'], time: 't', kind: 'left', withinSeconds: 60 }),
    contextWith(),
  );
  await instance.process(batchOfRows([{ t: 1, k: 'A', v: 1 }]), fates, 'left');
  out.push(fates.records().length);
  await instance.ended?.('right', fates);
  out.push(fates.records().length);
  await instance.process(batchOfRows([{ t: 2, k: 'A', v: 1 }]), fates, 'left');
  out.push(fates.records().length);
  t.strictSame(out, [0, 1, 2]);
});

t.test('what would have to wait where there is no room becomes a dead letter', async (t) => {
  const rows = [1, 2, 3].map((time) => ({ t: time, k: 'A', v: time }));
  const options = { on: ['k'], time: 't', withinSeconds: 60, maxState: 2 };
  const out = await played(join, options, [{ batch: batchOfRows(rows), cuts: UNCUT, input: 'left' }]);
  t.strictSame(out.deadLines, { state_full: [4] });
  t.strictSame(out.leftLines, { unmatched: [2, 3] });
});

t.test('what can not be meant is refused in a sentence', async (t) => {
  const run = (options: Record<string, unknown>) => played(join, { withinSeconds: 5, ...options }, feed(sales, visits));
  await t.rejects(run({ on: ['till'], onRight: ['a', 'b'] }), { code: 'bad_option', message: /expected 1 fields/ });
  await t.rejects(run({ on: ['tll'], onRight: ['door'] }), { code: 'unknown_field', message: /did you mean "till"/ });
  await t.rejects(run({ on: ['till'], onRight: ['amount'] }), { code: 'keys_differ' });
});
