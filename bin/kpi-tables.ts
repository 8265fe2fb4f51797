import type { ProductRevenue, RegionRevenue, Summary, TrendPoint } from '../db/kpi.ts';
import { grouped } from './figures.ts';
import { type TableColumn, table } from './table.ts';

/** KPI answers for people. */
export const kpiTables = {
  revenue: (rows: readonly RegionRevenue[]): string =>
    rowsOr(rows, [{ heading: 'Region', show: ({ region }) => region || '(none)' }, ...totals]),
  topProducts: (rows: readonly ProductRevenue[]): string =>
    rowsOr(rows, [{ heading: 'Product', show: (row) => row.product_id || '(none)' }, ...totals]),
  summary: summaryText,
  trend: (rows: readonly TrendPoint[]): string =>
    rowsOr(rows, [
      { heading: 'Period', show: ({ period }) => period },
      right('Revenue', ({ revenue }) => amount(revenue)),
      right('Profit', ({ profit }) => amount(profit)),
      right('Orders', ({ orders }) => (orders === null ? '' : grouped(orders))),
      right('Units', ({ units }) => grouped(units)),
      right('7-day average', (point) => (point.rolling_average === null ? '' : amount(point.rolling_average))),
    ]),
};

function right<Row>(heading: string, show: (row: Row) => string): TableColumn<Row> {
  return { heading, show, align: 'right' };
}

const totals: readonly TableColumn<Pick<RegionRevenue, 'total_revenue' | 'total_profit' | 'avg_margin'>>[] = [
  right('Revenue', ({ total_revenue }) => amount(total_revenue)),
  right('Profit', (row) => (row.avg_margin === null ? '' : amount(row.total_profit))),
  right('Margin', ({ avg_margin }) => percent(avg_margin)),
];

function rowsOr<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[]): string {
  return rows.length === 0 ? 'No sales.\n' : table(rows, columns);
}

function summaryText(total: Summary): string {
  if (total.lines === 0) return 'No sales.\n';
  const facts: [string, string][] = [
    ['Revenue', amount(total.revenue)],
    ['Profit', total.margin === null ? 'unknown: no costs' : `${amount(total.profit)} (${percent(total.margin)})`],
    ...(total.orders === null ? [] : [['Orders', grouped(total.orders)] as [string, string]]),
    ...(total.average_basket === null ? [] : [['Average basket', amount(total.average_basket)] as [string, string]]),
    ['Lines', grouped(total.lines)],
    ['Units', grouped(total.units)],
    ['Days', `${total.first_day ?? 'unknown'} to ${total.last_day ?? 'unknown'}`],
  ];
  return facts.map(([name, value]) => `${name.padEnd(16)}${value}\n`).join('');
}

/** Money in the currency unit, with at least two decimals and at most the four that it has. */
function amount(units: number): string {
  const exact = units.toFixed(4).replace(/0{1,2}$/, '');
  return grouped(exact);
}

function percent(value: number | null): string {
  return value === null ? '' : `${value.toFixed(2)} %`;
}
