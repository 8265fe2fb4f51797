import t from 'tap';
import { Assessor } from '../../../jobs/monitor/assess-day.ts';
import { keyOf } from '../../../jobs/monitor/check-result.ts';
import { cusum } from '../../../jobs/monitor/decline.ts';
import { type Finding, isAlarm } from '../../../jobs/monitor/finding.ts';
import { type Mark, Marks, marksOf } from '../../../jobs/monitor/marks.ts';
import { PriceLevel } from '../../../jobs/monitor/price-level.ts';
import { resultOf, subjectOf } from '../../../jobs/monitor/results.ts';
import type { ShopHistory } from '../../../jobs/monitor/shop-history.ts';
import { FIRST, histories, madeHistory, trade } from './histories.ts';

const DAY = 110;

function assessed(history: ShopHistory, marks: readonly Mark[] = [], day = DAY): Finding[] {
  return new Assessor(histories(history), { marks: new Marks(marks) }).assess(day);
}

const keys = (findings: readonly Finding[]) =>
  findings.map((finding) => keyOf({ check: finding.check, subject: subjectOf(finding) })).sort();
const alarms = (history: ShopHistory, marks: readonly Mark[] = []) => keys(assessed(history, marks).filter(isAlarm));
const usual = (history: ShopHistory, row: number) => history.figures.lines[row * history.days + DAY]!;

t.test('ordinary days are quiet', async (t) => {
  const history = madeHistory({ seed: 3 });
  for (let day = 0; day < history.days; day++)
    t.strictSame(keys(assessed(history, [], day).filter(isAlarm)), [], `day ${day}`);
});

t.test('a closed store is one alarm, which the total points to', async (t) => {
  const history = madeHistory({ stores: 5 });
  trade(history, 4, DAY, 0);
  for (let row = 0; row < 4; row++) trade(history, row, DAY, usual(history, row) * 0.75);
  const found = assessed(history);
  t.strictSame(keys(found.filter(isAlarm)), ['freshness{store=S005}']);
  const total = found.find(({ check, level }) => check === 'volume' && level === 'shop');
  t.equal(total?.verdict, 'failing', 'the whole shop is down');
  t.equal(total?.cause?.row.subject.store, 'S005');
  const result = resultOf(total!, FIRST, 14);
  t.equal(result.cause, 'freshness{store=S005}');
  t.match(result.message, /^The whole shop: [\d,]+ records, expected/);
});

t.test('one thing wrong with a store is one alarm', async (t) => {
  const cases: readonly [string, (history: ShopHistory) => void][] = [
    ['volume', (history) => trade(history, 2, DAY, usual(history, 2) / 2)],
    ['price', (history) => trade(history, 2, DAY, usual(history, 2), 100)],
    ['price', (history) => trade(history, 2, DAY, usual(history, 2), 9)],
    [
      'duplicates',
      (history) => {
        const lines = usual(history, 2);
        trade(history, 2, DAY, lines * 2);
        history.figures.repeated[2 * history.days + DAY] = lines;
        history.figures.orders[2 * history.days + DAY] = Math.round(lines / 2);
      },
    ],
    [
      'dead-letters',
      (history) => {
        const lines = usual(history, 2);
        trade(history, 2, DAY, lines * 0.4);
        history.figures.rejected[2 * history.days + DAY] = Math.round(lines * 0.6);
      },
    ],
  ];
  for (const [check, happen] of cases) {
    const history = madeHistory();
    happen(history);
    t.strictSame(alarms(history), [`${check}{store=S003}`], check);
  }
  const history = madeHistory();
  history.missing.get('customer_id')![2 * history.days + DAY] = Math.round(usual(history, 2) * 0.8);
  t.strictSame(alarms(history), ['null-rate{field=customer_id,store=S003}']);
});

t.test('what most stores do at once is one alarm of the shop or the region', async (t) => {
  const closed = madeHistory();
  for (let row = 0; row < 8; row++) trade(closed, row, DAY, 0);
  t.strictSame(alarms(closed), ['freshness']);
  const region = madeHistory({ stores: 12 });
  for (let row = 0; row < 12; row += 2) if (row < 8) trade(region, row, DAY, usual(region, row) / 4);
  t.strictSame(alarms(region), ['volume{region=North}']);
});

t.test('a declared day may be what it is declared to be, and no more', async (t) => {
  const marked = (kind: Mark['kind'], subject = {}): Mark[] => [
    { kind, subject, check: null, note: '', from: FIRST + DAY, to: FIRST + DAY },
  ];
  const quiet = madeHistory();
  trade(quiet, 1, DAY, usual(quiet, 1) / 5);
  t.strictSame(alarms(quiet, marked('holiday', { region: 'South' })), []);
  t.strictSame(alarms(quiet, marked('promotion')), ['volume{store=S002}']);
  const busy = madeHistory();
  trade(busy, 1, DAY, usual(busy, 1) * 2.5, 8);
  t.strictSame(alarms(busy, marked('promotion', { store: 'S002' })), []);
  const dear = madeHistory();
  trade(dear, 1, DAY, usual(dear, 1), 100);
  t.strictSame(alarms(dear, marked('promotion')), ['price{store=S002}'], 'ten times the price is no promotion');
  t.strictSame(alarms(dear, marked('expected', { store: 'S002' })), [], 'somebody said so');
});

t.test('more trade at lower prices is told, without alarm', async (t) => {
  const history = madeHistory();
  trade(history, 1, DAY, usual(history, 1) * 2.5, 8);
  const failing = assessed(history).filter(({ verdict }) => verdict === 'failing');
  t.ok(failing.length > 0);
  t.ok(failing.every(({ severity }) => severity === 'info'));
  t.match(failing[0]?.note, /promotion/);
});

t.test('a slow decline is found by its sum', async (t) => {
  const history = madeHistory({ days: 200 });
  for (let day = 120; day < 170; day++) {
    const lines = history.figures.lines[day]!;
    trade(history, 0, day, lines * (1 - (0.35 * (day - 120)) / 50));
  }
  const found = Array.from({ length: 60 }, (_, i) => 115 + i).find((day) =>
    assessed(history, [], day).some((finding) => isAlarm(finding) && finding.check === 'decline'),
  );
  t.ok(found !== undefined && found > 125 && found < 175, `on day ${found}`);
  t.equal(cusum([0, -50, 0, 0, 0, 0]), 0, 'one day alone is none');
  t.ok(cusum(new Array(28).fill(-1.5)) > 20);
});

t.test('new stores are being learnt', async (t) => {
  const history = madeHistory();
  for (let day = 0; day < DAY - 5; day++) trade(history, 0, day, 0);
  const found = assessed(history).find(({ check, row }) => check === 'volume' && row.subject.store === 'S001');
  t.equal(found?.verdict, 'learning');
  t.equal(resultOf(found!, FIRST, 14).message, 'S001: still learning: 5 of 14 days.');
});

t.test('the price level is that of the product in the middle', async (t) => {
  const prices = new PriceLevel();
  const sold = Array.from({ length: 9 }, (_, product) => ({
    product,
    quantity: 1_000,
    revenue: 10_000 * (product + 1),
  }));
  for (let day = 0; day < 5; day++) {
    prices.note(sold);
    prices.close();
  }
  const { list, priced } = prices.priced(
    sold.map((each) => ({ ...each, revenue: each.product < 3 ? each.revenue / 2 : each.revenue })),
  );
  t.equal(priced, list, 'a campaign for a third of the goods');
  const dear = prices.priced(sold.map((each) => ({ ...each, revenue: each.revenue * 10 })));
  t.equal(dear.priced, dear.list * 10);
});

t.test('declared days come every year if they are to', async (t) => {
  const marks = new Marks(
    marksOf([{ kind: 'holiday', from: '2024-12-24', to: '2024-12-26', yearly: true, name: 'Christmas' }]),
  );
  const on = (date: string) => marks.of({}, 'volume', Date.parse(date) / 86_400_000).map(({ note }) => note);
  t.strictSame(on('2026-12-25'), ['Christmas']);
  t.strictSame(on('2026-12-27'), []);
  const leap = marksOf([{ kind: 'holiday', from: '2024-02-29', yearly: true }]);
  t.ok(leap.length >= 4 && leap.length <= 6, 'the 29th of February is not in every year');
});
