import type { EarningsRow } from '../../db/breakdown.ts';
import type { Measures, PeriodRevenue } from '../../db/measures.ts';
import type { Insight } from '../schemas/kpi.ts';
import { changeOf, rounded } from './changes.ts';

/** What insights are drawn from; rows by revenue, the highest first, days in their order. */
export interface InsightFigures {
  readonly total: Measures;
  readonly regions: readonly EarningsRow[];
  readonly products: readonly EarningsRow[];
  readonly productCount: number;
  readonly categories: readonly EarningsRow[];
  readonly days: readonly PeriodRevenue[];
}

type Rule = (figures: InsightFigures) => Insight | null;

const WEEKDAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];
const WEEK = 7;
/** Less than this is noise. */
const NOTABLE = 0.02;
const LOW_MARGIN = 10;

// Made once: doing so for each figure would take a hundred times as long.
const CENTS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const TENTHS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const money = (value: number) => CENTS.format(value);
const percent = (part: number) => `${TENTHS.format(part * 100)} %`;
const named = ({ key, label }: EarningsRow) =>
  key === '' ? 'sales without a name' : label === key ? key : `${label} (${key})`;

const topRegion: Rule = ({ regions }) => {
  const known = regions.filter(({ key }) => key !== '');
  const [best] = known;
  if (!best || known.length < 2) return null;
  const text = `${best.key} leads the regions with ${money(best.revenue)}${best.share === null ? '' : `, ${percent(best.share)} of all revenue`}.`;
  return {
    code: 'top_region',
    mood: 'good',
    text,
    figures: { region: best.key, revenue: best.revenue, share: best.share },
  };
};

const weakestRegion: Rule = ({ regions, total }) => {
  const known = regions.filter(({ key }) => key !== '');
  const weakest = known.at(-1);
  if (!weakest || known.length < 3) return null;
  const mean = total.revenue / known.length;
  if (mean <= 0 || weakest.revenue > mean * 0.75) return null;
  const gap = rounded(1 - weakest.revenue / mean);
  const text = `${weakest.key} brings least, ${percent(gap)} below the average region.`;
  return { code: 'weakest_region', mood: 'bad', text, figures: { region: weakest.key, revenue: weakest.revenue, gap } };
};

const topProduct: Rule = ({ products }) => {
  const best = products.find(({ key }) => key !== '');
  if (!best) return null;
  const text = `${named(best)} is the best seller with ${money(best.revenue)}${best.profit === null ? '' : ` revenue and ${money(best.profit)} profit`}.`;
  return {
    code: 'top_product',
    mood: 'good',
    text,
    figures: { product_id: best.key, revenue: best.revenue, profit: best.profit },
  };
};

const overallMargin: Rule = ({ total }) => {
  if (total.margin === null || total.profit === null) return null;
  const mood = total.margin < 0 ? 'bad' : total.margin < LOW_MARGIN ? 'neutral' : 'good';
  const text = `Of every 100 in revenue ${total.margin.toFixed(2)} remain as profit, ${money(total.profit)} in all.`;
  return { code: 'overall_margin', mood, text, figures: { margin: total.margin, profit: total.profit } };
};

const bestMargin: Rule = ({ categories }) => {
  const known = categories.filter(({ key, margin }) => key !== '' && margin !== null);
  const [best] = [...known].sort((a, b) => (b.margin ?? 0) - (a.margin ?? 0));
  if (!best || known.length < 2) return null;
  const text = `${best.key} earns the best margin of the categories, ${best.margin} %.`;
  return { code: 'best_margin_category', mood: 'good', text, figures: { category: best.key, margin: best.margin } };
};

const lossMakers: Rule = ({ products }) => {
  const losing = products.filter(({ profit }) => profit !== null && profit < 0);
  const [worst] = [...losing].sort((a, b) => (a.profit ?? 0) - (b.profit ?? 0));
  if (!worst) return null;
  const lost = rounded(losing.reduce((sum, { profit }) => sum + (profit ?? 0), 0));
  const who = losing.length === 1 ? `${named(worst)} is` : `${losing.length} of the best selling products are`;
  const text = `${who} sold at a loss, ${money(-lost)} in all${losing.length === 1 ? '' : `; ${named(worst)} loses most`}.`;
  return {
    code: 'sold_at_a_loss',
    mood: 'bad',
    text,
    figures: { products: losing.length, profit: lost, worst: worst.key },
  };
};

const momentum: Rule = ({ days }) => {
  if (days.length < 2 * WEEK) return null;
  const sum = (rows: readonly PeriodRevenue[]) => rows.reduce((all, { revenue }) => all + revenue, 0);
  const [last, before] = [sum(days.slice(-WEEK)), sum(days.slice(-2 * WEEK, -WEEK))];
  const change = changeOf(last, before);
  if (change === null) return null;
  const figures = { revenue: rounded(last), previous_revenue: rounded(before), change };
  if (Math.abs(change) < NOTABLE) {
    return {
      code: 'momentum',
      mood: 'neutral',
      text: 'The last seven days sold as much as the seven before.',
      figures,
    };
  }
  const direction = change > 0 ? 'more' : 'less';
  const text = `The last seven days sold ${percent(Math.abs(change))} ${direction} than the seven before.`;
  return { code: 'momentum', mood: change > 0 ? 'good' : 'bad', text, figures };
};

const dayOverDay: Rule = ({ days }) => {
  const [before, last] = days.slice(-2);
  const change = before && last ? changeOf(last.revenue, before.revenue) : null;
  if (!before || !last || change === null) return null;
  const text = `The last day, ${last.period}, sold ${percent(Math.abs(change))} ${change < 0 ? 'less' : 'more'} than ${before.period}.`;
  return {
    code: 'day_over_day',
    mood: change < 0 ? 'bad' : 'good',
    text,
    figures: { day: last.period, revenue: last.revenue, change },
  };
};

const bestDay: Rule = ({ days, total }) => {
  if (days.length < 3) return null;
  const best = days.reduce((a, b) => (b.revenue > a.revenue ? b : a));
  const times = Math.round((best.revenue / (total.revenue / days.length)) * 10) / 10;
  const text = `The best day was ${best.period} with ${money(best.revenue)}, ${times} times the average day.`;
  return { code: 'best_day', mood: 'neutral', text, figures: { day: best.period, revenue: best.revenue, times } };
};

const bestWeekday: Rule = ({ days }) => {
  const sums = revenueByWeekday(days);
  if (sums.size < WEEK || days.length < 2 * WEEK) return null;
  const [weekday, most] = [...sums].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
  const all = [...sums.values()].reduce((sum, revenue) => sum + revenue, 0);
  const share = all > 0 ? most / all : null;
  const text = `${WEEKDAYS[weekday - 1]} sell most${share === null ? '' : `: ${percent(share)} of the revenue`}.`;
  return { code: 'best_weekday', mood: 'neutral', text, figures: { weekday, share } };
};

/** In cents of cents, whose sums are exact; Mondays are 1. */
function revenueByWeekday(days: readonly PeriodRevenue[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { period, revenue } of days) {
    const weekday = ((new Date(period).getUTCDay() + WEEK - 1) % WEEK) + 1;
    sums.set(weekday, (sums.get(weekday) ?? 0) + Math.round(revenue * 1e4));
  }
  return sums;
}

const concentration: Rule = ({ products, productCount, total }) => {
  if (productCount < 20 || total.revenue <= 0) return null;
  const ten = products.slice(0, 10).reduce((sum, { revenue }) => sum + revenue, 0);
  const share = rounded(ten / total.revenue);
  const text = `Ten of ${productCount} products bring ${percent(share)} of the revenue.`;
  return {
    code: 'concentration',
    mood: share > 0.5 && productCount >= 100 ? 'bad' : 'neutral',
    text,
    figures: { share, products: productCount },
  };
};

const RULES: readonly Rule[] = [
  ...[topRegion, topProduct, overallMargin, momentum, dayOverDay, bestMargin, lossMakers],
  ...[weakestRegion, bestDay, bestWeekday, concentration],
];

/** What an owner would want to be told, the most telling first. Nothing is said where there is too little to say it of. */
export function insightsOf(figures: InsightFigures): Insight[] {
  if (figures.total.lines === 0) return [];
  return RULES.flatMap((rule) => rule(figures) ?? []);
}
