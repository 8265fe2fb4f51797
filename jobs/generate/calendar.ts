import { Random } from './random.ts';

/** Relative trade from Monday to Sunday. */
const WEEKDAYS = [0.84, 0.8, 0.86, 0.96, 1.24, 1.52, 1.02];

/** Relative trade in the middle of each month; days between are interpolated. */
const MONTHS = [0.86, 0.84, 0.92, 0.97, 1.0, 1.0, 0.96, 0.93, 0.98, 1.02, 1.18, 1.45];

/** Relative trade of each hour from 00:00, on weekdays and on Saturdays and Sundays. */
const WEEKDAY_HOURS = [0, 0, 0, 0, 0, 0, 0, 1, 4, 5, 6, 8, 12, 10, 7, 7, 9, 14, 13, 8, 4, 1, 0, 0];
const WEEKEND_HOURS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 6, 10, 13, 13, 13, 13, 12, 10, 8, 5, 3, 2, 0, 0, 0];

/** Whole days since 1970-01-01 of a `YYYY-MM-DD` date. Throws RangeError for what is none. */
export function dayNumber(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / 86_400_000;
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !Number.isInteger(day) || isoDate(day) !== date) {
    throw new RangeError(`expected a date as YYYY-MM-DD, got '${date}'`);
  }
  return day;
}

/** `YYYY-MM-DD` of a day number. */
export function isoDate(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** Month of a day number, 0 is January. */
export function month(day: number): number {
  return new Date(day * 86_400_000).getUTCMonth();
}

/** Quarters since the start of 2024; negative before. */
export function quarter(day: number): number {
  const date = new Date(day * 86_400_000);
  return (date.getUTCFullYear() - 2024) * 4 + Math.floor(date.getUTCMonth() / 3);
}

/** How much a day sells relative to others: weekday, time of the year, the weeks before Christmas, and chance. */
export function demand(seed: number, day: number): number {
  const date = new Date(day * 86_400_000);
  const position = date.getUTCMonth() + (date.getUTCDate() - 16) / 31;
  const index = Math.floor(position);
  const part = position - index;
  const yearly = MONTHS[(index + 12) % 12]! * (1 - part) + MONTHS[(index + 13) % 12]! * part;
  const chance = 0.92 + 0.16 * new Random(seed, 1, day).fraction();
  return WEEKDAYS[weekday(day)]! * yearly * holidays(date.getUTCMonth(), date.getUTCDate()) * chance;
}

/** Divides `total` among `weights` into whole numbers that sum to it exactly. */
export function allot(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let weight = 0;
  let given = 0;
  return weights.map((each, i) => {
    weight += each;
    const upTo = i === weights.length - 1 ? total : Math.floor((total * weight) / sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

/** Share of the day's trade done before each full hour: 25 values from 0 to 1. */
export function tradeByHour(day: number): Float64Array {
  const hours = weekday(day) < 5 ? WEEKDAY_HOURS : WEEKEND_HOURS;
  const total = hours.reduce((a, b) => a + b, 0);
  const shares = new Float64Array(25);
  let sum = 0;
  hours.forEach((hour, i) => {
    sum += hour;
    shares[i + 1] = sum / total;
  });
  return shares;
}

function holidays(monthIndex: number, date: number): number {
  if (monthIndex === 11) return date === 25 ? 0.15 : date >= 15 && date <= 23 ? 1.3 : 1;
  if (monthIndex === 10) return date >= 24 ? 1.25 : 1;
  return monthIndex === 0 && date === 1 ? 0.3 : 1;
}
