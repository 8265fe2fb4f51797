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
  let lastDate = Number.NaN;
  let day = 0;
  let weekday = Number.NaN;
  for (let row = 0; row < soldAt.length; row++) {
    const seconds = soldAt[row]!;
    const date = Math.floor(seconds / SECONDS_A_DAY);
    if (date !== lastDate) {
      lastDate = date;
      day = Number.isNaN(date) ? 0 : yearMonthDay(date);
      // 1970-01-01 was a Thursday.
      weekday = ((((date + 3) % 7) + 7) % 7) + 1;
    }
    days[row] = day;
    hours[row] = Math.floor((seconds - date * SECONDS_A_DAY) / 3600);
    weekdays[row] = weekday;
  }
  return {
    day: new NumberColumn('integer', days),
    hour: new NumberColumn('integer', hours),
    weekday: new NumberColumn('integer', weekdays),
  };
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
