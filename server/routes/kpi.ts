import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BREAKDOWN_FIELDS, type BreakdownField } from '../../db/breakdown.ts';
import { soldSpan } from '../../db/kpi.ts';
import { isLoading } from '../../db/live-figures.ts';
import { isKnown, sendCsv } from '../answers.ts';
import type { App } from '../app.ts';
import { factRows } from '../kpi/fact-rows.ts';
import { insightsOf } from '../kpi/insights.ts';
import { type FullRow, filterMenus, insightFigures, kpiBreakdown, kpiSummary, kpiTrend } from '../kpi/kpi-service.ts';
import { checkPeriod } from '../kpi/periods.ts';
import { oneOf } from '../schemas/common.ts';
import {
  BREAKDOWNS,
  COMPARISONS,
  GRANULARITIES,
  KpiBreakdown,
  KpiFilter,
  KpiFilters,
  KpiInsights,
  KpiSummary,
  KpiTrend,
  ORDERS,
  RegionRevenue,
  TopProduct,
} from '../schemas.ts';
import type { Services } from '../services.ts';

const compare = Type.Optional(
  oneOf(COMPARISONS, {
    description: 'Also the figures of the period of that length before, or of the same days a year before.',
  }),
);
const format = oneOf(['json', 'csv'] as const, { default: 'json', description: 'csv comes as a file.' });
const order = Type.Optional(
  oneOf(ORDERS, { description: 'The highest first, and keys in their order; a minus turns it round.' }),
);
const paged = (limit: number) => ({
  limit: Type.Integer({ minimum: 1, maximum: 10_000, default: limit }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
});
const query = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object({ ...KpiFilter.properties, ...properties }, { additionalProperties: false });
const described = (summary: string, description?: string) => ({
  tags: ['kpi'],
  summary,
  ...(description && { description }),
});

const MEASURE_COLUMNS = ['revenue', 'profit', 'margin', 'orders', 'lines', 'units', 'average_basket'] as const;
const COMPARED = ['previous_revenue', 'revenue_change'] as const;
const ORIGINAL = 'Without parameters in the shape of the Python original.';

/** What was sold. */
export function kpiRoutes(app: App, services: Services): void {
  const { warehouse } = services;
  /** A poll that finds nothing new costs one look at the version. */
  const preHandler = async (request: FastifyRequest, reply: FastifyReply) => {
    const { version, db } = warehouse;
    if (isKnown(request, reply, services.hub.session, version, isLoading(db))) return reply.code(304).send();
  };

  app.get('/kpi/summary', {
    preHandler,
    schema: { ...described('Totals'), querystring: query({ compare, format }), response: { 200: KpiSummary } },
    handler: async (request, reply) => {
      const { compare: comparison, format: as, ...filter } = request.query;
      const provisional = isLoading(warehouse.db);
      const answer = { version: warehouse.version, ...kpiSummary(warehouse.db, filter, comparison), provisional };
      if (as === 'csv')
        return sendCsv(reply, 'summary', ['first_day', 'last_day', ...MEASURE_COLUMNS, 'avg_margin'], [answer]);
      return answer;
    },
  });

  for (const { path, by, key, limit, item } of [
    { path: '/kpi/revenue', by: 'region', key: 'region', limit: 1000, item: RegionRevenue },
    { path: '/kpi/top-products', by: 'product', key: 'product_id', limit: 5, item: TopProduct },
  ] as const) {
    app.get(path, {
      preHandler,
      schema: {
        ...described(by === 'region' ? 'Revenue by region' : 'The best selling products', ORIGINAL),
        querystring: query({ ...paged(limit), order, compare, format }),
        response: { 200: Type.Array(item as typeof RegionRevenue | typeof TopProduct) },
      },
      handler: async (request, reply) => {
        const { filter, options, as } = breakdownRequest(request.query);
        const rows = kpiBreakdown(warehouse.db, by, filter, { ...options, meanMargins: true }).items.map((row) =>
          original(key, row),
        );
        if (as === 'json') return rows as RegionRevenue[];
        const columns = [
          key,
          'total_revenue',
          'total_profit',
          'avg_margin',
          ...(options.comparison ? COMPARED : []),
        ] as const;
        return sendCsv(
          reply,
          by === 'region' ? 'revenue' : 'top-products',
          columns,
          rows as Record<string, string | number | null>[],
        );
      },
    });
  }

  app.get('/kpi/trend', {
    preHandler,
    schema: {
      ...described('Sales over time', 'Periods without sales are left out, and count as 0 in the rolling average.'),
      querystring: query({
        granularity: oneOf(GRANULARITIES, { default: 'day' }),
        window: Type.Integer({
          minimum: 1,
          maximum: 366,
          default: 7,
          description: 'Periods that the rolling average is over.',
        }),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'The last so many periods.' })),
        ...{ compare, format },
      }),
      response: { 200: KpiTrend },
    },
    handler: async (request, reply) => {
      const { granularity, window, limit, compare: comparison, format: as, ...filter } = request.query;
      const trend = kpiTrend(warehouse.db, filter, { granularity, window, comparison });
      const items = limit === undefined ? trend.items : trend.items.slice(-limit);
      if (as === 'json') return { version: warehouse.version, ...trend, items };
      const rows = items.map((item) => ({
        ...item,
        previous_period: item.previous?.period,
        previous_revenue: item.previous?.revenue,
      }));
      const columns = ['period', ...MEASURE_COLUMNS, 'rolling_average', 'change'] as const;
      return comparison
        ? sendCsv(reply, 'trend', [...columns, 'previous_period', 'previous_revenue'], rows)
        : sendCsv(reply, 'trend', columns, rows);
    },
  });

  app.get('/kpi/breakdown', {
    preHandler,
    schema: {
      ...described(
        'Sales by what they have in common',
        'By hour, weekday_hour and payment all sales of the period are read, which takes longer.',
      ),
      querystring: query({ by: oneOf(BREAKDOWNS), ...paged(100), order, compare, format }),
      response: { 200: KpiBreakdown },
    },
    handler: async (request, reply) => {
      const { by, ...rest } = request.query;
      const { filter, options, as } = breakdownRequest(rest);
      const found = isRolledUp(by)
        ? kpiBreakdown(warehouse.db, by, filter, options)
        : await factRows(services, by, filter, options);
      const columns = ['key', 'label', ...MEASURE_COLUMNS, 'share', ...(options.comparison ? COMPARED : [])] as const;
      if (as === 'csv') return sendCsv(reply, `by-${by}`, columns, found.items);
      return { version: warehouse.version, by, ...found, limit: options.limit, offset: options.offset };
    },
  });

  app.get('/kpi/insights', {
    preHandler,
    schema: {
      ...described('What the figures say, in sentences'),
      querystring: query({}),
      response: { 200: KpiInsights },
    },
    handler: async (request) => {
      checkPeriod(request.query);
      const { db, version } = warehouse;
      return { version, ...soldSpan(db, request.query), items: insightsOf(insightFigures(db, request.query)) };
    },
  });

  app.get('/kpi/filters', {
    preHandler,
    schema: { ...described('What can be filtered by, for menus'), response: { 200: KpiFilters } },
    handler: async () => {
      const { db, version } = warehouse;
      return { version, ...filterMenus(db) };
    },
  });
}

interface BreakdownQuery extends KpiFilter {
  readonly limit: number;
  readonly offset: number;
  readonly order?: (typeof ORDERS)[number];
  readonly compare?: (typeof COMPARISONS)[number];
  readonly format: 'json' | 'csv';
}

function breakdownRequest({ limit, offset, order, compare, format, ...filter }: BreakdownQuery) {
  return { filter, as: format, options: { limit, offset, ...(order && { order }), comparison: compare } };
}

function isRolledUp(by: string): by is BreakdownField {
  return BREAKDOWN_FIELDS.some((field) => field === by);
}

/** A row as the Python original gave it: profit is 0 where no cost is known. */
function original(key: 'region' | 'product_id', row: FullRow) {
  const { revenue, profit, avg_margin = null, previous_revenue, revenue_change } = row;
  const compared = previous_revenue === undefined ? {} : { previous_revenue, revenue_change };
  return { [key]: row.key, total_revenue: revenue, total_profit: profit ?? 0, avg_margin, ...compared };
}
