import { type Static, Type } from '@sinclair/typebox';
import { Count, Day, MoneyNumber, nullable, oneOf, record } from './common.ts';

export const GRANULARITIES = ['day', 'week', 'month'] as const;
export const COMPARISONS = ['previous_period', 'previous_year'] as const;
export const BREAKDOWNS = [
  'region',
  'store',
  'category',
  'product',
  'weekday',
  'hour',
  'weekday_hour',
  'payment',
] as const;
/** What a list can be ordered by; a leading minus turns it round. */
export const ORDERS = [
  'revenue',
  '-revenue',
  'profit',
  '-profit',
  'margin',
  '-margin',
  'units',
  '-units',
  'key',
  '-key',
] as const;

const filter = (what: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100, description: `Only ${what}; may be repeated.` }),
  );

/** Which sales a figure is about. Days are inclusive. */
export const KpiFilter = Type.Object({
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  region: filter('these regions'),
  store: filter('these stores'),
  category: filter('these categories'),
  product: filter('these products, by product_id'),
});
export type KpiFilter = Static<typeof KpiFilter>;

export const Compare = Type.Optional(
  oneOf(COMPARISONS, {
    description: 'Also the figures of the period of the same length before, or of the same days a year before.',
  }),
);
export const Format = Type.Optional(oneOf(['json', 'csv'] as const, { default: 'json' }));

/** The measures of a set of sales. What cannot be known is null: profit without costs, orders by product. */
export const Measures = record({
  revenue: MoneyNumber,
  profit: nullable(MoneyNumber),
  margin: nullable(Type.Number({ description: 'Profit in percent of the revenue whose cost is known.' })),
  orders: nullable(Count),
  lines: Count,
  units: Type.Number({ description: 'Units sold, less those returned.' }),
  average_basket: nullable(Type.Number({ description: 'Revenue per order.' })),
});
export type Measures = Static<typeof Measures>;

/** By how much each measure changed: 0.1 is ten percent more; null where there was nothing before. */
export const Changes = record({
  revenue: nullable(Type.Number()),
  profit: nullable(Type.Number()),
  margin_points: nullable(Type.Number({ description: 'Percentage points.' })),
  orders: nullable(Type.Number()),
  lines: nullable(Type.Number()),
  units: nullable(Type.Number()),
  average_basket: nullable(Type.Number()),
});
export type Changes = Static<typeof Changes>;

/** First and last day with sales in the period; null where there are none. */
const Span = { first_day: nullable(Day), last_day: nullable(Day) };

export const KpiSummary = record({
  version: Type.Integer({ description: 'Version of the warehouse that answered.' }),
  ...Span,
  ...Measures.properties,
  avg_margin: nullable(
    Type.Number({ description: "The Python original's: the mean margin of a day's product in a store, in per cent." }),
  ),
  currencies: Type.Array(Type.String(), { description: 'Currencies summed up; more than one is worth a warning.' }),
  provisional: Type.Boolean({ description: 'A file is being loaded at this moment.' }),
  previous: Type.Optional(record({ ...Span, ...Measures.properties })),
  change: Type.Optional(Changes),
});
export type KpiSummary = Static<typeof KpiSummary>;

const OriginalMeasures = {
  total_revenue: Type.Number(),
  total_profit: Type.Number(),
  avg_margin: nullable(Type.Number()),
};
const Comparison = {
  previous_revenue: Type.Optional(nullable(Type.Number())),
  revenue_change: Type.Optional(nullable(Type.Number())),
};

/** A row of `GET /kpi/revenue`, as the Python original's; the comparison only when asked for. */
export const RegionRevenue = record({ region: Type.String(), ...OriginalMeasures, ...Comparison });
export type RegionRevenue = Static<typeof RegionRevenue>;

/** A row of `GET /kpi/top-products`, as the Python original's. */
export const TopProduct = record({ product_id: Type.String(), ...OriginalMeasures, ...Comparison });
export type TopProduct = Static<typeof TopProduct>;

export const TrendPoint = record({
  period: Type.String({ description: 'First day of the period; months as YYYY-MM.' }),
  ...Measures.properties,
  rolling_average: nullable(
    Type.Number({
      description: 'Mean revenue of the last `window` periods, this one included; null until there are so many.',
    }),
  ),
  change: nullable(Type.Number({ description: 'Revenue against the period before: 0.1 is ten percent more.' })),
  previous: Type.Optional(nullable(record({ period: Type.String(), revenue: MoneyNumber }))),
});
export type TrendPoint = Static<typeof TrendPoint>;

export const KpiTrend = record({
  version: Type.Integer(),
  granularity: oneOf(GRANULARITIES),
  window: Type.Integer(),
  ...Span,
  items: Type.Array(TrendPoint),
});
export type KpiTrend = Static<typeof KpiTrend>;

export const BreakdownRow = record({
  key: Type.String({
    description:
      'The region, store, product_id …; weekdays 1 (Monday) to 7, hours 0 to 23; `5-14` for Friday at 14; empty for sales that have none.',
  }),
  label: Type.String({ description: 'For people: a product by its name.' }),
  ...Measures.properties,
  share: nullable(Type.Number({ description: 'Of the revenue of all rows: 0.25 is a quarter.' })),
  previous_revenue: Type.Optional(nullable(Type.Number())),
  revenue_change: Type.Optional(nullable(Type.Number())),
});
export type BreakdownRow = Static<typeof BreakdownRow>;

export const KpiBreakdown = record({
  version: Type.Integer(),
  by: oneOf(BREAKDOWNS),
  ...Span,
  items: Type.Array(BreakdownRow),
  total: Count,
  limit: Type.Integer(),
  offset: Type.Integer(),
});
export type KpiBreakdown = Static<typeof KpiBreakdown>;

/** One schema of three types, see {@link nullable}. */
const Figure = Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] });

/** One business sentence and the figures in it. */
export const Insight = record({
  code: Type.String({ description: 'Stable, such as top_region.' }),
  mood: oneOf(['good', 'bad', 'neutral'] as const),
  text: Type.String({ description: 'A sentence for people.' }),
  figures: Type.Record(Type.String(), Figure),
});
export type Insight = Static<typeof Insight>;

export const KpiInsights = record({ version: Type.Integer(), ...Span, items: Type.Array(Insight) });
export type KpiInsights = Static<typeof KpiInsights>;

/** What can be filtered by, for menus. Products are the best selling ones. */
export const KpiFilters = record({
  version: Type.Integer(),
  ...Span,
  currencies: Type.Array(Type.String()),
  regions: Type.Array(Type.String()),
  stores: Type.Array(Type.String()),
  categories: Type.Array(Type.String()),
  products: Type.Array(record({ product_id: Type.String(), name: Type.String() })),
});
export type KpiFilters = Static<typeof KpiFilters>;
