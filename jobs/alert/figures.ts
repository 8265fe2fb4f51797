import type { CheckUnit } from '../monitor/check-result.ts';

const SCALES: Partial<Record<CheckUnit, number>> = { money: 10_000, quantity: 1_000 };

/** A figure of a check in whole units, for people and other programs: money in the currency unit, quantities in pieces. */
export function plainFigure(unit: CheckUnit, value: number | null): number | null {
  const scale = SCALES[unit];
  if (value === null || scale === undefined) return value;
  return Math.round(value) / scale;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const bytes = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A {@link plainFigure} as people read it. */
export function figureText(unit: CheckUnit, plain: number): string {
  if (unit === 'money') return amounts.format(plain);
  if (unit === 'ratio') return shares.format(plain);
  if (unit === 'bytes') return `${bytes.format(plain).replace('B', 'G')}B`;
  if (unit === 'seconds') return secondsText(plain);
  return numbers.format(plain);
}

function secondsText(seconds: number): string {
  if (seconds < 120) return `${numbers.format(seconds)} s`;
  if (seconds < 7_200) return `${numbers.format(seconds / 60)} min`;
  return seconds < 172_800 ? `${numbers.format(seconds / 3_600)} h` : `${numbers.format(seconds / 86_400)} days`;
}

/** What was expected, in plain figures, as people read it: `1,200.00 (1,000.00 to 1,400.00)`; null where nothing was. */
export function expectationText(
  unit: CheckUnit,
  { expected, low, high }: { expected: number | null; low: number | null; high: number | null },
): string | null {
  const text = (value: number) => figureText(unit, value);
  const range =
    low !== null && high !== null
      ? `${text(low)} to ${text(high)}`
      : low !== null
        ? `at least ${text(low)}`
        : high !== null
          ? `at most ${text(high)}`
          : null;
  if (expected === null) return range;
  return range === null ? text(expected) : `${text(expected)} (${range})`;
}
