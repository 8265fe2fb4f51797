import { dayNumber } from '../generate/calendar.ts';

const DAY_MS = 86_400_000;

/** The day, as a number, that it is in a time zone. */
export function localDay(ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return dayNumber(parts.format(ms));
}

/** When a day begins in a time zone, in milliseconds since 1970. */
export function startOfDay(day: number, timeZone: string): number {
  const utc = day * DAY_MS;
  const first = utc - offsetAt(utc, timeZone);
  return utc - offsetAt(first, timeZone);
}

/** How far a zone's clock is ahead of UTC. */
function offsetAt(ms: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1_000) * 1_000;
}

const DAY_WORDS = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long' });

/** `Tuesday 17 November`. */
export function dayWords(day: number): string {
  return DAY_WORDS.format(day * DAY_MS).replace(',', '');
}
