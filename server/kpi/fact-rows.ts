import type { FactField, FactGroup } from '../../db/fact-breakdown.ts';
import { soldSpan } from '../../db/kpi.ts';
import type { BreakdownRow, KpiFilter } from '../schemas/kpi.ts';
import type { Services } from '../services.ts';
import { changeOf } from './changes.ts';
import { type BreakdownRequest, comparedFilter } from './kpi-service.ts';
import { checkPeriod } from './periods.ts';

/** A page of sales by what only single sales know, in the shape of the other breakdowns. */
export async function factRows(
  { warehouse, facts }: Services,
  by: FactField,
  filter: KpiFilter,
  request: BreakdownRequest,
) {
  checkPeriod(filter);
  const { comparison, order = 'key', limit, offset } = request;
  const sold = soldSpan(warehouse.db, filter);
  const earlier = comparison && comparedFilter(filter, sold, comparison);
  const [{ version, rows: groups }, before] = await Promise.all([
    facts.ask(by, filter),
    earlier ? facts.ask(by, earlier) : undefined,
  ]);
  const all = groups.reduce((sum, { revenue }) => sum + revenue, 0);
  const rows = groups.map((group): BreakdownRow => {
    const row = { ...group, label: group.key, share: all > 0 ? group.revenue / all : null };
    if (!before) return row;
    const previous_revenue = before.rows.find(({ key }) => key === group.key)?.revenue ?? 0;
    return { ...row, previous_revenue, revenue_change: changeOf(group.revenue, previous_revenue) };
  });
  const items = rows.sort(rowOrder(order)).slice(offset, offset + limit);
  return { version, ...sold, items, total: rows.length };
}

/** The highest first, and keys in their order; a minus turns it round. What is not known comes last. */
function rowOrder(order: NonNullable<BreakdownRequest['order']>): (a: FactGroup, b: FactGroup) => number {
  const turned = order.startsWith('-');
  const name = (turned ? order.slice(1) : order) as 'revenue' | 'profit' | 'margin' | 'units' | 'key';
  const byKey = (a: FactGroup, b: FactGroup) => a.key.localeCompare(b.key, 'en', { numeric: true });
  if (name === 'key') return (a, b) => (turned ? byKey(b, a) : byKey(a, b));
  return (a, b) => {
    const [left, right] = [a[name], b[name]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return (turned ? left - right : right - left) || byKey(a, b);
  };
}
