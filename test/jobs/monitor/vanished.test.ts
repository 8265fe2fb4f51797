import t from 'tap';
import { isoDate } from '../../../jobs/generate/calendar.ts';
import { type CheckResult, keyOf } from '../../../jobs/monitor/check-result.ts';
import { Marks, marksOf } from '../../../jobs/monitor/marks.ts';
import { monitorPolicy } from '../../../jobs/monitor/settings.ts';
import { emptyHistory, type ShopHistory } from '../../../jobs/monitor/shop-history.ts';
import { explainedByVanished, vanishedChecks } from '../../../jobs/monitor/vanished.ts';

const FIRST = 20_500;
const DAYS = 200;
const GONE = 60;
const REGIONS = { S1: 'North', S2: 'North', S3: 'South' };

/** Stores that sell from Monday to Saturday; those named, until column 60. */
function shop(gone: readonly string[]): ShopHistory {
  const rows = Object.entries(REGIONS).map(([store, region]) => ({
    subject: { store },
    attributes: { store, region },
  }));
  const history = emptyHistory(FIRST, DAYS, rows);
  rows.forEach(({ subject }, row) => {
    for (let column = 0; column < DAYS; column++) {
      const sells = (FIRST + column) % 7 !== 3 && (column < GONE || !gone.includes(subject.store));
      history.figures.lines[row * DAYS + column] = sells ? 20 : 0;
    }
  });
  return history;
}

function check(gone: readonly string[], silentDays: number, marks = new Marks()): CheckResult[] {
  return vanishedChecks({ byStore: shop(gone), marks, policy: monitorPolicy({}), day: FIRST + GONE - 1 + silentDays });
}

const failing = (results: readonly CheckResult[]) =>
  results.filter(({ verdict }) => verdict === 'failing').map((each) => [keyOf(each), each.cause ?? '']);

t.test('a store that has missed ten of its usual days is gone, and not before', async (t) => {
  t.strictSame(failing(check(['S1'], 10)), []);
  const [result] = check(['S1'], 13);
  t.match(result, { check: 'vanished-store', subject: { store: 'S1' }, day: null, verdict: 'failing' });
  t.match(result?.message, /^S1: no sales since \w+ \d+ \w+, though it usually sells on 1\d of the days since\./);
  t.equal(result?.evidence.days?.length, result?.observed);
  t.ok(result?.evidence.days?.every((day) => new Date(day).getUTCDay() !== new Date(isoDate(3)).getUTCDay()));
});

t.test('it is one finding for as long as it lasts, and in the end taken for closed', async (t) => {
  t.strictSame(failing(check(['S1'], 60)), [['vanished-store{store=S1}', '']]);
  t.match(check(['S1'], 110), [{ verdict: 'ok', message: /taken for closed/ }]);
});

t.test('a region of several stores explains them, and a store the region that it is all of', async (t) => {
  t.strictSame(failing(check(['S1', 'S2'], 20)).sort(), [
    ['vanished-region{region=North}', ''],
    ['vanished-store{store=S1}', 'vanished-region{region=North}'],
    ['vanished-store{store=S2}', 'vanished-region{region=North}'],
  ]);
  t.strictSame(failing(check(['S3'], 20)).sort(), [
    ['vanished-region{region=South}', 'vanished-store{store=S3}'],
    ['vanished-store{store=S3}', ''],
  ]);
});

t.test('days that were declared are not missed', async (t) => {
  const rebuilt = {
    kind: 'incident' as const,
    from: isoDate(FIRST + GONE),
    to: isoDate(FIRST + DAYS),
    subject: { store: 'S1' },
  };
  t.strictSame(check(['S1'], 30, new Marks(marksOf([rebuilt]))), []);
});

t.test('that it has not reported today is explained by its being gone', async (t) => {
  const gone = check(['S1'], 20);
  const silent = (store: string) => ({ ...gone[0]!, check: 'freshness', subject: { store }, day: '2026-05-01' });
  const [first, second] = explainedByVanished([silent('S1'), silent('S2')], gone);
  t.equal(first?.cause, 'vanished-store{store=S1}');
  t.equal(second?.cause, undefined);
});
