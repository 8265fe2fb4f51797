import fc from 'fast-check';
import t from 'tap';
import { expectationAt } from '../../../jobs/monitor/baseline.ts';
import { Marks } from '../../../jobs/monitor/marks.ts';
import { measuresOf, VOLUME } from '../../../jobs/monitor/measures.ts';
import { movementAt } from '../../../jobs/monitor/movement.ts';
import { type Panel, panelOf } from '../../../jobs/monitor/panel.ts';
import { median, spread } from '../../../jobs/monitor/robust.ts';
import type { ShopHistory } from '../../../jobs/monitor/shop-history.ts';
import { FIRST, madeHistory, trade } from './histories.ts';

const DAY = 100;
const REVENUE = measuresOf(madeHistory({ days: 1 })).find(({ check }) => check === 'revenue')!;

function expected(history: ShopHistory, { marks = new Marks(), row = 0, measure = VOLUME } = {}) {
  const panel: Panel = panelOf(history, measure, marks);
  return expectationAt(panel, row, DAY, movementAt(panel, DAY), 14);
}

t.test('the median is the value in the middle', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 400 }),
      (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const middle = sorted.length >> 1;
        const want = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
        return Object.is(median(values) + 0, want + 0) && median([...values, Number.NaN]) === median(values);
      },
    ),
  );
});

t.test('nearly half of the values may be anything', async (t) => {
  const values = Array.from({ length: 101 }, (_, i) => (i < 50 ? 1e12 : (i % 3) - 1));
  t.ok(Math.abs(median(values)) <= 1);
  t.ok(spread(values) <= 1.5);
});

t.test('what is tested has no part in what is expected of it', async (t) => {
  for (const stores of [1, 8]) {
    const history = madeHistory({ stores });
    const before = expected(history);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (records) => {
        trade(history, 0, DAY, records);
        const { value, columns } = expected(history) ?? { value: Number.NaN, columns: [] };
        return value === before?.value && !(columns as readonly number[]).includes(DAY);
      }),
      { numRuns: 30 },
    );
    t.ok(before && before.columns.length === 98);
  }
});

t.test('nothing that comes later is looked at', async (t) => {
  const history = madeHistory();
  const before = expected(history);
  for (let day = DAY + 1; day < history.days; day++) for (let row = 0; row < 8; row++) trade(history, row, day, 7);
  t.strictSame(expected(history), before);
});

t.test('an outlier among many days moves what is expected by little', async (t) => {
  const history = madeHistory();
  const before = expected(history);
  trade(history, 0, DAY - 7, 100_000);
  trade(history, 0, DAY - 3, 1);
  const after = expected(history);
  t.ok(Math.abs(after!.value - before!.value) < 0.05, `${after?.value} was ${before?.value}`);
  t.ok(after!.sigma < before!.sigma * 1.3);
});

t.test('another currency is another scale, and no other score', async (t) => {
  const history = madeHistory();
  const before = expected(history, { measure: REVENUE });
  history.figures.revenue.forEach((value, cell) => {
    history.figures.revenue[cell] = value * 100;
  });
  const after = expected(history, { measure: REVENUE });
  t.ok(Math.abs(after!.value - before!.value - Math.log(100)) < 1e-9);
  t.ok(Math.abs(after!.sigma - before!.sigma) < 1e-9);
});

t.test('marked days are no measure of what is usual', async (t) => {
  const mark = { kind: 'promotion', check: null, note: '', from: FIRST + 60, to: FIRST + 80 } as const;
  for (const subject of [{}, { store: 'S001' }, { region: 'North' }]) {
    const marks = new Marks([{ ...mark, subject }]);
    const history = madeHistory({ stores: 1 });
    const before = expected(history, { marks });
    for (let day = 60; day <= 80; day++) trade(history, 0, day, 5_000);
    const after = expected(history, { marks });
    t.strictSame(after, before, JSON.stringify(subject));
    t.equal(after?.columns.length, 98 - 21);
  }
  const other = new Marks([{ ...mark, subject: { store: 'S002' } }]);
  t.equal(expected(madeHistory({ stores: 1 }), { marks: other })?.columns.length, 98, 'of another store');
});

t.test('too few days say nothing', async (t) => {
  const history = madeHistory({ stores: 1 });
  for (let day = 0; day < DAY - 13; day++) trade(history, 0, day, 0);
  t.equal(expected(history), undefined, 'thirteen days');
  trade(history, 0, DAY - 14, 200);
  t.ok(expected(history), 'fourteen');
});

t.test('what all stores do is expected of each', async (t) => {
  const history = madeHistory();
  const before = expected(history);
  for (let row = 1; row < 8; row++) trade(history, row, DAY, history.figures.lines[row * history.days + DAY]! * 2);
  const after = expected(history);
  t.ok(Math.abs(after!.value - before!.value - Math.log(2)) < 0.02);
});
