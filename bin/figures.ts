import { formatDecimal, MONEY_SCALE } from '../engine/decimal.ts';

/** How figures read to people. */

/** `1234567.5` or an integer as `1,234,567.5`. */
export function grouped(figure: string | number): string {
  const [whole = '', fraction] = String(figure).split('.');
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** Money in 1/10,000 of the unit, with at least two decimals. */
export function money(amount: number): string {
  return grouped(formatDecimal(amount, MONEY_SCALE, 2));
}

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, rest] = parts as [number, number, number];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${rest} s`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

export function size(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1_000 ** power).toFixed(1)} ${UNITS[power]}`;
}

/** Records a second: `1.2 M/s`, `340 k/s`. */
export function rate(records: number, ms: number): string {
  const perSecond = ms > 0 ? (records * 1_000) / ms : 0;
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)} M/s`;
  return perSecond >= 1e4 ? `${Math.round(perSecond / 1e3)} k/s` : `${grouped(Math.round(perSecond))}/s`;
}

/** Milliseconds since 1970 as ISO 8601. */
export function moment(ms: number): string {
  return new Date(ms).toISOString();
}
