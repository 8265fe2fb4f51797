import { ProblemError } from '../errors.ts';
import type { KpiFilter } from '../schemas/kpi.ts';

export type Comparison = 'previous_period' | 'previous_year';
export type Granularity = 'day' | 'week' | 'month';

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: weeks counted from the Monday before. */
const MONDAY_OFFSET = 3;

/** A day as its number since 1970. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

export function dayOfNumber(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

export function plusDays(day: string, days: number): string {
  return dayOfNumber(dayNumber(day) + days);
}

/** The same day a year before; 29 February becomes the 28th. */
export function yearBefore(day: string): string {
  const [year, rest] = [Number(day.slice(0, 4)) - 1, day.slice(4)];
  return `${String(year).padStart(4, '0')}${rest === '-02-29' && !isLeap(year) ? '-02-28' : rest}`;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** A period's place in the row of periods, so that neighbours differ by 1. */
export function ordinalOf(period: string, granularity: Granularity): number {
  if (granularity === 'month') return Number(period.slice(0, 4)) * 12 + Number(period.slice(5, 7)) - 1;
  const day = dayNumber(period);
  return granularity === 'day' ? day : Math.floor((day + MONDAY_OFFSET) / 7);
}

/** The inverse of {@link ordinalOf}. */
export function periodOf(ordinal: number, granularity: Granularity): string {
  if (granularity === 'day') return dayOfNumber(ordinal);
  if (granularity === 'week') return dayOfNumber(ordinal * 7 - MONDAY_OFFSET);
  return `${String(Math.floor(ordinal / 12)).padStart(4, '0')}-${String((ordinal % 12) + 1).padStart(2, '0')}`;
}

/** Days, both included. */
export interface DaySpan {
  readonly from: string;
  readonly to: string;
}

/** The period that a period is compared with. */
export function comparedSpan({ from, to }: DaySpan, comparison: Comparison): DaySpan {
  if (comparison === 'previous_year') return { from: yearBefore(from), to: yearBefore(to) };
  const days = dayNumber(to) - dayNumber(from) + 1;
  return { from: plusDays(from, -days), to: plusDays(from, -1) };
}

/** Throws `invalid_period` if it ends before it begins. */
export function checkPeriod({ from, to }: KpiFilter): void {
  if (from === undefined || to === undefined || from <= to) return;
  throw new ProblemError('invalid_period', `the period ends on ${to}, before it begins on ${from}`);
}

/** The days that a filter spans, where sales give what it leaves open; null where there are none. */
export function spanOf(
  { from, to }: KpiFilter,
  sold: { first_day: string | null; last_day: string | null },
): DaySpan | null {
  const [first, last] = [from ?? sold.first_day, to ?? sold.last_day];
  return first === null || last === null || first > last ? null : { from: first, to: last };
}
