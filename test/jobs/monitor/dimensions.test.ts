import t from 'tap';
import { Assessor, type Histories } from '../../../jobs/monitor/assess-day.ts';
import { chosen, type Dimensions } from '../../../jobs/monitor/dimensions.ts';
import { summedBy } from '../../../jobs/monitor/shop-history.ts';
import { checkConfig } from '../../../operators/dataset/config.ts';
import { DIMENSIONS } from '../../../operators/dataset/settings/monitoring.ts';
import { TILL } from '../home-with.ts';
import { histories, madeHistory, trade } from './histories.ts';

const DAYS = 120;

/** All findings that fail on the last day when the only two stores of North sell a tenth, as `level who`, with their causes. */
function failing(dimensions: Dimensions): string[] {
  const byStore = madeHistory({ stores: 4, days: DAYS });
  for (const row of [0, 2]) trade(byStore, row, DAYS - 1, 20);
  const all: Histories = [...histories(byStore), ['region', summedBy(byStore, 'region')]];
  const found = chosen(new Assessor(all).assess(DAYS - 1), dimensions);
  return found
    .filter(({ verdict, check }) => verdict === 'failing' && check === 'volume')
    .map(({ level, row, cause }) => `${level} ${Object.values(row.subject).join('')}${cause ? ' because' : ''}`.trim());
}

t.test('only what is watched is told, and what only the others would explain stands for itself', async (t) => {
  t.strictSame(
    failing(new Set(['store']))
      .sort()
      .slice(-2),
    ['store S001', 'store S003'],
  );
  t.ok(failing(new Set(['region'])).includes('region North'));
  t.notOk(failing(new Set(['region'])).some((each) => each.startsWith('store')));
  t.ok(failing(new Set(['store', 'region'])).includes('region North because'), 'one cause, one alarm');
});

t.test('the configuration takes the names there are, and says which was meant', async (t) => {
  const config = (dimensions: readonly string[]) =>
    checkConfig({ datasets: { till: TILL }, monitoring: { dimensions } });
  t.doesNotThrow(() => config(DIMENSIONS));
  t.doesNotThrow(() => config([]));
  t.throws(
    () => config(['stores']),
    /monitoring\.dimensions.*one of store, region, category, dataset.*did you mean "store"/,
  );
  t.throws(() => config(['store', 'store']), /twice/);
});
