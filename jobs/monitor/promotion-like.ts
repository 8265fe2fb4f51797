import type { Finding } from './finding.ts';

/** A price must have come down by as much, and the trade gone up by at least the same part. */
const CHEAPER = 0.02;
const BUSIER = 0.05;

/**
 * More trade at lower prices is a promotion that nobody declared. What follows from one is told, and is no alarm: much more trade,
 * lower prices, another margin.
 */
export function softenPromotions(findings: readonly Finding[]): void {
  for (const own of Map.groupBy(findings, ({ row }) => row).values()) {
    const price = change(own, 'price');
    const volume = change(own, 'volume');
    if (!(price < -CHEAPER && volume > BUSIER && volume >= -price)) continue;
    for (const finding of own) {
      if (finding.verdict !== 'failing' || !FOLLOWS.has(finding.check)) continue;
      finding.severity = 'info';
      finding.note = 'more was sold at lower prices: it looks like a promotion that the calendar does not have';
    }
  }
}

const FOLLOWS = new Set(['volume', 'revenue', 'units', 'basket', 'price', 'margin']);

/** Logarithm of observed to expected; NaN where there is none. */
function change(findings: readonly Finding[], check: string): number {
  const found = findings.find((each) => each.check === check);
  return found?.observed && found.expected ? Math.log(found.observed / found.expected) : Number.NaN;
}
