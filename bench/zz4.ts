import { openDatabase } from '../db/connection.ts';
import { factBreakdown } from '../db/fact-breakdown.ts';
import { liveFigures } from '../db/live-figures.ts';
import { kpiBreakdown, kpiSummary, kpiTrend } from '../server/kpi/kpi-service.ts';

const db = openDatabase(process.argv[2] + '/home/db/tillstream.db', { readonly: true, check: 'never' });
const time = (n: string, f: () => unknown) => {
  f();
  const t = performance.now();
  f();
  console.log(n, (performance.now() - t).toFixed(1));
};
for (const by of ['hour', 'weekday_hour', 'payment'] as const) time(by, () => factBreakdown(db, by));
time('wh region', () => factBreakdown(db, 'weekday_hour', { region: 'North' }));
time('summary', () => kpiSummary(db, {}, 'previous_period'));
time('summary product', () => kpiSummary(db, { category: ['Toys'] }, undefined));
time('trend', () => kpiTrend(db, {}, { granularity: 'day', window: 7 }));
time('product', () => kpiBreakdown(db, 'product', {}, { limit: 100, offset: 0 }));
time('category r', () => kpiBreakdown(db, 'category', { region: ['North'] }, { limit: 100, offset: 0 }));
time('live', () => liveFigures(db, 1));
