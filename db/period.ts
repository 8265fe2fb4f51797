import { TillstreamError } from '../engine/errors.ts';

/** Days as YYYYMMDD, both included; null is no bound. With a bound, sales of unknown day are left out. */
export interface Period {
  readonly from: number | null;
  readonly to: number | null;
}

/** A stretch of days or months whose sums are added, or with sign -1 taken off. Bounds as in the tables, included. */
export interface Span {
  readonly grain: 'day' | 'month';
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
 * The period as whole months and the days at its ends. A month of which most days are wanted is taken whole and its other days
 * taken off again, so that no end needs more than half a month of days.
 */
export function spansOf(period: Period): Span[] {
  const [from, to] = boundsOf(period);
  if (from > to) return [];
  const head = period.from === null ? null : partOf(from, monthEnd(from));
  const tail = period.to === null ? null : partOf(monthStart(to), to);
  if (monthOf(from) === monthOf(to)) return withinMonth(from, to);
  const months: Span = {
    grain: 'month',
    from: head?.inMonths === false ? nextMonth(from) : monthOf(from),
    to: tail?.inMonths === false ? monthOf(plusDays(monthStart(to), -1)) : monthOf(to),
    sign: 1,
  };
  return [...(months.from <= months.to ? [months] : []), ...(head?.spans ?? []), ...(tail?.spans ?? [])];
}

interface Part {
  /** Is the month one of those taken whole? */
  readonly inMonths: boolean;
  readonly spans: readonly Span[];
}

/** Days of one month that reach its beginning or its end. */
function partOf(from: number, to: number): Part {
  const start = monthStart(from);
  const end = monthEnd(from);
  const wanted = to - from + 1;
  if (wanted * 2 <= end - start + 1) return { inMonths: false, spans: [days(from, to, 1)] };
  const spans = [...(from > start ? [days(start, from - 1, -1)] : []), ...(to < end ? [days(to + 1, end, -1)] : [])];
  return { inMonths: true, spans };
}

function withinMonth(from: number, to: number): Span[] {
  const { inMonths, spans } = partOf(from, to);
  const month = monthOf(from);
  return inMonths ? [{ grain: 'month', from: month, to: month, sign: 1 }, ...spans] : [...spans];
}

function days(from: number, to: number, sign: 1 | -1): Span {
  return { grain: 'day', from, to, sign };
}

function monthOf(day: number): number {
  return Math.floor(day / 100);
}

function monthStart(day: number): number {
  return monthOf(day) * 100 + 1;
}

function monthEnd(day: number): number {
  return plusDays(nextMonth(day) * 100 + 1, -1);
}

function nextMonth(day: number): number {
  const month = monthOf(day);
  return month % 100 === 12 ? month + 89 : month + 1;
}
