import { TillstreamError } from '../engine/errors.ts';

/** Days as YYYYMMDD, both included; null is no bound. With a bound, sales of unknown day are left out. */
export interface Period {
  readonly from: number | null;
  readonly to: number | null;
}

/** A stretch of days, dekads or months whose sums are added, or with sign -1 taken off. Bounds as in the tables, included. */
export interface Span {
  readonly grain: 'day' | 'dekad' | 'month';
  readonly from: number;
  readonly to: number;
  readonly sign: 1 | -1;
}

const FOREVER = 99991231;
/** The first of January of the year 0: every known day comes after 0, which stands for an unknown one. */
export const FIRST_KNOWN = 101;

/** `2026-11-23` as 20261123. Throws `invalid_date`. */
export function dayOf(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const day = match ? Number(match[1]) * 10_000 + Number(match[2]) * 100 + Number(match[3]) : 0;
  if (match && dayText(day) === text && dayText(plusDays(day, 0)) === text) return day;
  throw new TillstreamError('invalid_date', `expected a date such as 2026-11-23, got "${text}"`);
}

/** 20261123 as `2026-11-23`; null for 0, an unknown day. */
export function dayText(day: number | null): string | null {
  if (!day) return null;
  const digits = String(day).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** 202611 as `2026-11`. */
export function monthText(month: number): string {
  const digits = String(month).padStart(6, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** The day that many days later. */
export function plusDays(day: number, days: number): number {
  const date = dateOf(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** The Monday of the day's week. */
export function mondayOf(day: number): number {
  return plusDays(day, -((dateOf(day).getUTCDay() + 6) % 7));
}

function dateOf(day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
  return date;
}

/** The bounds as days that can be compared. */
export function boundsOf({ from, to }: Period): [from: number, to: number] {
  return [from ?? (to === null ? 0 : FIRST_KNOWN), to ?? FOREVER];
}

/**
 * The period as whole months and what they leave over at its ends: days and, where there are sums `byDekad`, dekads. Each end is
 * moved to the nearest border of a month or dekad, and the days in between are added or taken off again, so that no end needs
 * more than half a month, or half a dekad, of days.
 */
export function spansOf(period: Period, byDekad = false): Span[] {
  const [from, to] = boundsOf(period);
  if (from > to) return [];
  const end = plusDays(to, 1);
  const [first, last] = [borderNear(from, byDekad), borderNear(end, byDekad)];
  const rest = [...daysBetween(first, from, -1), ...daysBetween(last, end, 1)];
  const isShort = monthOf(from) === monthOf(to) && lengthOf(rest) > to - from;
  return isShort ? [days(from, to, 1)] : [...wholes(first, last), ...rest];
}

/** Where a month or dekad begins, nearest to the day. */
function borderNear(day: number, byDekad: boolean): number {
  const of = day % 100;
  // Nothing is before the unknown day, 0.
  if (of <= 1) return day;
  const begin = byDekad ? (dekadOf(day) % 10) * 10 + 1 : 1;
  const next = byDekad && begin < 21 ? begin + 10 : (monthEnd(day) % 100) + 1;
  if (of - begin < next - of) return monthOf(day) * 100 + begin;
  return byDekad && begin < 21 ? monthOf(day) * 100 + next : nextMonth(day) * 100 + 1;
}

/** What to add, or with the other sign to take off, where sums end at `day` and not at the border. */
function daysBetween(border: number, day: number, sign: 1 | -1): Span[] {
  if (border < day) return [days(border, plusDays(day, -1), sign)];
  return border > day ? [days(day, plusDays(border, -1), sign === 1 ? -1 : 1)] : [];
}

/** From one border up to another: whole months, and dekads of months that are not whole. */
function wholes(first: number, end: number): Span[] {
  if (first >= end) return [];
  const last = plusDays(end, -1);
  if (monthOf(first) === monthOf(end)) return [dekads(first, last)];
  const from = isMonthStart(first) ? monthOf(first) : nextMonth(first);
  const to = isMonthStart(end) ? monthOf(last) : previousMonth(end);
  return [
    ...(from <= to ? [{ grain: 'month', from, to, sign: 1 } as const] : []),
    ...(isMonthStart(first) ? [] : [dekads(first, monthEnd(first))]),
    ...(isMonthStart(end) ? [] : [dekads(monthOf(end) * 100 + 1, last)]),
  ];
}

function dekads(first: number, last: number): Span {
  return { grain: 'dekad', from: dekadOf(first), to: dekadOf(last), sign: 1 };
}

function days(from: number, to: number, sign: 1 | -1): Span {
  return { grain: 'day', from, to, sign };
}

/** Days in spans that each lie within a month. */
function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** 202611 of 20261123. */
export function monthOf(day: number): number {
  return Math.floor(day / 100);
}

/** Ten days, the third dekad of a month all after its twentieth: 2026112 of 20261123, where 2 is the third. */
export function dekadOf(day: number): number {
  return monthOf(day) * 10 + Math.min(2, Math.trunc(Math.max(0, (day % 100) - 1) / 10));
}

/** The unknown day begins a month of its own, 0. */
function isMonthStart(day: number): boolean {
  return day % 100 <= 1;
}

function monthEnd(day: number): number {
  return plusDays(nextMonth(day) * 100 + 1, -1);
}

function nextMonth(day: number): number {
  const month = monthOf(day);
  return month % 100 === 12 ? month + 89 : month + 1;
}

function previousMonth(day: number): number {
  return monthOf(plusDays(monthOf(day) * 100 + 1, -1));
}
