import { float64s } from '../../engine/arrays.ts';
import { NumberColumn } from '../../engine/column.ts';

const SECONDS_A_DAY = 86_400;

/** Day as YYYYMMDD (0 where missing), hour 0–23 and weekday 1 (Monday) to 7, for times in seconds since 1970. */
export function calendarColumns(soldAt: Float64Array): {
  day: NumberColumn;
  hour: NumberColumn;
  weekday: NumberColumn;
} {
  const days = float64s(soldAt.length);
  const hours = float64s(soldAt.length);
  const weekdays = float64s(soldAt.length);
  for (let row = 0; row < soldAt.length; ) {
    const date = Math.floor(soldAt[row]! / SECONDS_A_DAY);
    const from = row;
    row = fillHours(soldAt, date * SECONDS_A_DAY, from, hours);
    days.fill(Number.isNaN(date) ? 0 : yearMonthDay(date), from, row);
    // 1970-01-01 was a Thursday.
    weekdays.fill(((((date + 3) % 7) + 7) % 7) + 1, from, row);
  }
  return {
    day: new NumberColumn('integer', days),
    hour: new NumberColumn('integer', hours),
    weekday: new NumberColumn('integer', weekdays),
  };
}

/** Hours of `row` and those after it that are of the same day, as sales mostly are; gives the first of another day. */
function fillHours(soldAt: Float64Array, midnight: number, row: number, hours: Float64Array): number {
  hours[row] = Math.floor((soldAt[row]! - midnight) / 3600);
  const { length } = soldAt;
  let next = row + 1;
  for (; next < length; next++) {
    const seconds = soldAt[next]! - midnight;
    if (!(seconds >= 0 && seconds < 86_400)) break;
    hours[next] = Math.floor(seconds / 3600);
  }
  return next;
}

/**
 * YYYYMMDD of a day counted from 1970-01-01, in the proleptic Gregorian calendar
 * (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
export function yearMonthDay(daysSince1970: number): number {
  const shifted = daysSince1970 + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 10_000 + month * 100 + dayOfMonth;
}
