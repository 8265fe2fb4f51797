const DAY_SECONDS = 86_400;
const DAYS_IN_MONTH = Int8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Last second of the year 9999. */
export const LAST_SECOND = 253_402_300_799;
/** First second of the year 1. */
export const FIRST_SECOND = -62_135_596_800;

/** Seconds from 1970-01-01 to the start of a day of the proleptic Gregorian calendar; NaN if there is no such day. */
export function daySeconds(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || year < 1 || year > 9999) return Number.NaN;
  if (day > DAYS_IN_MONTH[month]! && !(day === 29 && month === 2 && isLeap(year))) return Number.NaN;
  // Years begin in March here, so that the leap day is the last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY_SECONDS;
}

/** Start of the n-th day of a year, from 1; NaN if the year has no such day. */
export function dayOfYearSeconds(year: number, n: number): number {
  if (n < 1 || n > (isLeap(year) ? 366 : 365)) return Number.NaN;
  return daySeconds(year, 1, 1) + (n - 1) * DAY_SECONDS;
}

/** Start of the day that `seconds` falls in. */
export function startOfDay(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS;
}

/** `2026-12-31`, or with the time `2026-12-31T23:59:00`. */
export function isoText(seconds: number, withTime: boolean): string {
  return new Date(seconds * 1000).toISOString().slice(0, withTime ? 19 : 10);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Names of the months in English, in lower case; their first three letters are their short names. */
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
