import { MONTHS, WEEKDAYS } from './calendar.ts';

const two = (value: number) => String(value).padStart(2, '0');
const named = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;

const RENDER: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  b: (date) => named(MONTHS[date.getUTCMonth()]!.slice(0, 3)),
  h: (date) => named(MONTHS[date.getUTCMonth()]!.slice(0, 3)),
  B: (date) => named(MONTHS[date.getUTCMonth()]!),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  a: (date) => named(WEEKDAYS[(date.getUTCDay() + 6) % 7]!.slice(0, 3)),
  A: (date) => named(WEEKDAYS[(date.getUTCDay() + 6) % 7]!),
  H: (date) => two(date.getUTCHours()),
  k: (date) => String(date.getUTCHours()).padStart(2),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  l: (date) => String(date.getUTCHours() % 12 || 12).padStart(2),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  f: () => '000000',
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getUTCHours() < 12 ? 'am' : 'pm'),
  z: () => '+0000',
  Z: () => 'UTC',
  F: (date) => renderDate('%Y-%m-%d', date.getTime() / 1000),
  D: (date) => renderDate('%m/%d/%y', date.getTime() / 1000),
  T: (date) => renderDate('%H:%M:%S', date.getTime() / 1000),
  R: (date) => renderDate('%H:%M', date.getTime() / 1000),
  r: (date) => renderDate('%I:%M:%S %p', date.getTime() / 1000),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

/** Seconds since 1970 as text of a strptime pattern; `%-d` leaves out leading zeros. */
export function renderDate(pattern: string, seconds: number): string {
  const date = new Date(seconds * 1000);
  return pattern.replace(/%([-#_]?)(.)/gs, (all, flag: string, letter: string) => {
    const text = RENDER[letter]?.(date) ?? all;
    return flag === '-' || flag === '#' ? text.replace(/^[0 ]+(?=\d)/, '') : text;
  });
}

function dayOfYear(date: Date): number {
  // Date.UTC would take a year below 100 for one of the twentieth century.
  const newYear = Date.parse(`${date.toISOString().slice(0, 4)}-01-01`);
  return Math.floor((date.getTime() - newYear) / 86_400_000) + 1;
}
