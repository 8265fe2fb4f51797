import type { Database } from 'better-sqlite3';
import { breakdown } from '../../db/breakdown.ts';
import { totalMeasures } from '../../db/measures.ts';
import type { Question } from './questions.ts';

const BREAKDOWNS = ['region', 'store', 'category', 'product'] as const;

/** Throws unless all ways to divide what a question is about come to the same sum, to the hundredth of a cent. */
export function requireAgreement(db: Database, { endpoint, filter }: Question): void {
  const whole = totalMeasures(db, filter);
  for (const by of BREAKDOWNS) {
    const parts = breakdown(db, by, filter).items;
    const [lines, revenue] = [sum(parts.map((part) => part.lines)), sum(parts.map((part) => part.revenue))];
    if (lines === whole.lines && Math.abs(revenue - whole.revenue) < 0.00005) continue;
    const asked = `${endpoint} ${JSON.stringify(filter)}`;
    throw new Error(`${asked}: by ${by} ${lines} lines and ${revenue}, not ${whole.lines} and ${whole.revenue}`);
  }
}

function sum(values: readonly number[]): number {
  // In 1/10,000, so that nothing is lost in between.
  return values.reduce((total, value) => total + Math.round(value * 1e4), 0) / 1e4;
}
