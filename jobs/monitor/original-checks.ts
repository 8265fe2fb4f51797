import { isoDate } from '../generate/calendar.ts';
import { type CheckResult, keyOf } from './check-result.ts';
import { shown } from './measures.ts';
import type { MonitorPolicy } from './settings.ts';
import type { ShopHistory } from './shop-history.ts';

/** The check that knows of the same figure what is usual. */
const BETTER = { 'original-rows': 'volume', 'original-revenue': 'revenue' } as const;

/**
 * The Python original's thresholds on the whole shop: rows down by half, revenue changed by three tenths either way, both against
 * the day before. As they know of no weekday, what they find does not fail where the check with a baseline finds it usual, and is
 * explained by it where it does not.
 */
export function originalChecks(
  shop: ShopHistory,
  day: number,
  policy: MonitorPolicy,
  results: readonly CheckResult[],
): CheckResult[] {
  const column = day - shop.first;
  const lines = totals(shop, 'lines');
  let before = column - 1;
  while (before >= 0 && lines[before] === 0) before--;
  if (before < 0) return [];
  const revenue = totals(shop, 'revenue');
  const { rows, revenue: either } = policy.original;
  const found = [
    compared('original-rows', 'records', lines, before, column, { low: 1 - rows, high: null }),
    compared('original-revenue', 'money', revenue, before, column, { low: 1 - either, high: 1 + either }),
  ];
  return found
    .filter(({ check }) => policy.isOn(check as keyof typeof BETTER))
    .map((result) =>
      reconciled(
        { ...result, day: isoDate(day), severity: policy.severityOf(result.check as keyof typeof BETTER, 'info') },
        results,
      ),
    );
}

function totals({ figures, days, rows }: ShopHistory, figure: 'lines' | 'revenue'): Float64Array {
  const sums = new Float64Array(days);
  rows.forEach((_, row) => {
    for (let column = 0; column < days; column++) sums[column]! += figures[figure][row * days + column]!;
  });
  return sums;
}

interface Bounds {
  readonly low: number;
  readonly high: number | null;
}

function compared(
  check: keyof typeof BETTER,
  unit: 'records' | 'money',
  sums: Float64Array,
  before: number,
  column: number,
  bounds: Bounds,
): CheckResult {
  const [expected, observed] = [sums[before]!, sums[column]!];
  const [low, high] = [expected * bounds.low, bounds.high === null ? null : expected * bounds.high];
  // The original counts a change of exactly its threshold as one.
  const failing = observed <= low || (high !== null && observed >= high);
  return {
    ...{
      check,
      subject: {},
      day: null,
      verdict: failing ? 'failing' : 'ok',
      severity: 'info',
      unit,
      observed,
      expected,
      low,
      high,
      score: null,
    },
    message: `The whole shop: ${shown(observed, unit)} ${unit === 'money' ? 'revenue' : 'records'}, the day before ${shown(expected, unit)}.`,
    evidence: {},
  };
}

function reconciled(result: CheckResult, results: readonly CheckResult[]): CheckResult {
  if (result.verdict !== 'failing') return result;
  const better = results.find(
    ({ check, subject, day }) =>
      check === BETTER[result.check as keyof typeof BETTER] && day === result.day && Object.keys(subject).length === 0,
  );
  if (better?.verdict === 'ok') {
    const facts = { note: 'beyond the threshold, and usual for this weekday and season' };
    return { ...result, verdict: 'ok', evidence: { facts } };
  }
  return better?.verdict === 'failing' ? { ...result, cause: better.cause ?? keyOf(better) } : result;
}
