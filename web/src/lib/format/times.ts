/** Texts of days, instants and durations in the viewer's own locale. */

import { NO_FIGURE } from './numbers.ts';

const dayFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const shortDayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const monthFormat = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric', timeZone: 'UTC' });
const instantFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' });

/** A day or month of the shop's calendar: `2025-11-13`, `2025-11`. */
export function day(text: string | null | undefined): string {
  if (!text) return NO_FIGURE;
  return text.length === 7 ? monthFormat.format(new Date(`${text}-01`)) : dayFormat.format(new Date(text));
}

export function shortDay(text: string): string {
  return text.length === 7 ? monthFormat.format(new Date(`${text}-01`)) : shortDayFormat.format(new Date(text));
}

/** An instant in the viewer's time zone. */
export function instant(text: string | null | undefined): string {
  return text ? instantFormat.format(new Date(text)) : NO_FIGURE;
}

/** 1 is Monday, 7 Sunday. */
export function weekday(number: number): string {
  return weekdayFormat.format(new Date(Date.UTC(2024, 0, number)));
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NO_FIGURE;
  const seconds = ms / 1000;
  if (seconds < 10) return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(seconds)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The day so many days later. */
export function shiftDay(text: string, days: number): string {
  return new Date(Date.parse(text) + days * 86_400_000).toISOString().slice(0, 10);
}
