import type { Finding } from './finding.ts';

/** How far price and volume were from what they were to be, as logarithms; NaN where there was no sale or nothing to compare. */
export interface Change {
  readonly price: number;
  readonly volume: number;
}

/** A price must have come down by so much, but not by more than any promotion would. */
const CHEAPER = -0.02;
const CHEAPEST = Math.log(0.6);
/** The trade must have gone up by so much, and by this part of what the price came down: of a single day, more than of several. */
const BUSIER = 0.04;
const RESPONSE = 1;
const LEAST_RESPONSE = 0.3;
/** Days that a promotion may have been going on before, and by how much its price varies. */
const MOST_DAYS = 6;
const ALIKE = 0.04;

const FOLLOWS = new Set(['volume', 'revenue', 'units', 'basket', 'price', 'margin']);

/**
 * More trade at lower prices is a promotion that nobody declared. What follows from one is told, and is no alarm: more trade, lower
 * prices, another margin. A single day may be slow by chance, so the days before with the same prices count as well; `before` gives
 * the change of a row so many days earlier.
 */
export function softenPromotions(
  findings: readonly Finding[],
  before: (finding: Finding, days: number) => Change,
): void {
  for (const own of Map.groupBy(findings, ({ row }) => row).values()) {
    const affected = own.filter(({ verdict, check }) => verdict === 'failing' && FOLLOWS.has(check));
    const first = affected[0];
    if (!first || !looksLikeOne(changeOf(own), (days) => before(first, days))) continue;
    for (const finding of affected) {
      finding.severity = 'info';
      finding.note = 'more was sold at lower prices: it looks like a promotion that the calendar does not have';
    }
  }
}

function looksLikeOne(today: Change, before: (days: number) => Change): boolean {
  if (!(today.price < CHEAPER && today.price > CHEAPEST)) return false;
  const days = [today];
  for (let ago = 1; ago <= MOST_DAYS; ago++) {
    const day = before(ago);
    if (!(Math.abs(day.price - today.price) < ALIKE) || Number.isNaN(day.volume)) break;
    days.push(day);
  }
  const volume = days.reduce((sum, day) => sum + day.volume, 0) / days.length;
  return volume > BUSIER && volume >= -today.price * Math.max(LEAST_RESPONSE, RESPONSE / days.length);
}

/** What the findings of one row say of price and volume. */
export function changeOf(findings: readonly Finding[]): Change {
  return { price: logarithm(findings, 'price'), volume: logarithm(findings, 'volume') };
}

function logarithm(findings: readonly Finding[], check: string): number {
  const found = findings.find((each) => each.check === check);
  return found?.observed && found.expected ? Math.log(found.observed / found.expected) : Number.NaN;
}
