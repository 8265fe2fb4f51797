import type { Changes, Measures } from '../schemas/kpi.ts';

/** By which part of `before` it changed; null where there was nothing, or a loss, to compare with. */
export function changeOf(now: number | null, before: number | null | undefined): number | null {
  if (now === null || before === null || before === undefined || before <= 0) return null;
  return rounded(now / before - 1);
}

export function changesOf(now: Measures, before: Measures): Changes {
  const isKnown = now.margin !== null && before.margin !== null;
  return {
    revenue: changeOf(now.revenue, before.revenue),
    profit: changeOf(now.profit, before.profit),
    margin_points: isKnown ? Math.round(((now.margin ?? 0) - (before.margin ?? 0)) * 100) / 100 : null,
    orders: changeOf(now.orders, before.orders),
    lines: changeOf(now.lines, before.lines),
    units: changeOf(now.units, before.units),
    average_basket: changeOf(now.average_basket, before.average_basket),
  };
}

/** Six decimals are a ten-thousandth of a per cent. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
