import type { NumberType } from '../../engine/column.ts';
import { formatDecimal, parseDecimal } from '../../engine/decimal.ts';
import { daySeconds, LAST_SECOND } from '../formats/calendar.ts';

/** A constant as people write it in a plan: money as 12.5, dates as ISO text. */
export type Constant = string | number | boolean;

/** What a number column's values stand for. */
export interface Units {
  readonly type: NumberType;
  readonly scale: number;
}

/**
 * The values that a constant stands for in a column's units, both ends included. Mostly one value; a date stands for all
 * seconds of its day. Where the column can't hold the constant exactly, `low` is the value above it and `high` the one below,
 * so that nothing equals it and everything still compares rightly.
 */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;
const LAST_SECOND_OF_DAY = 86_399;

/** What `constant` stands for in `units`; null if it is nothing of that type. */
export function rangeOf(constant: Constant, { type, scale }: Units): Range | null {
  switch (type) {
    case 'date':
    case 'datetime':
      return timeRange(String(constant));
    case 'boolean':
      return point(booleanOf(constant));
    case 'float':
      return typeof constant === 'boolean' || constant === '' ? null : point(Number(constant));
    default:
      return typeof constant === 'boolean' ? null : decimalRange(String(constant), scale);
  }
}

/** The one value that `constant` stands for in `units`, rounded half to even; null if it is nothing of that type. */
export function unitsOf(constant: Constant, units: Units): number | null {
  if (units.type === 'integer' || units.type === 'decimal') {
    const value = typeof constant === 'boolean' ? Number.NaN : parseDecimal(String(constant), units.scale);
    return Number.isFinite(value) ? value : null;
  }
  const range = rangeOf(constant, units);
  return range?.low ?? null;
}

function point(value: number): Range | null {
  return Number.isNaN(value) ? null : { low: value, high: value };
}

function booleanOf(constant: Constant): number {
  if (constant === true || constant === 1 || constant === 'true') return 1;
  return constant === false || constant === 0 || constant === 'false' ? 0 : Number.NaN;
}

function decimalRange(text: string, scale: number): Range | null {
  const near = parseDecimal(text, scale);
  if (!Number.isFinite(near)) return point(near);
  const held = Number(formatDecimal(near, scale));
  const wanted = Number(text);
  if (held === wanted) return point(near);
  return held < wanted ? { low: near + 1, high: near } : { low: near, high: near - 1 };
}

function timeRange(text: string): Range | null {
  const date = DATE.exec(text);
  if (date) {
    const low = daySeconds(Number(date[1]), Number(date[2]), Number(date[3]));
    return Number.isNaN(low) ? null : { low, high: Math.min(low + LAST_SECOND_OF_DAY, LAST_SECOND) };
  }
  const time = DATETIME.exec(text);
  if (!time) return null;
  const [year, month, day, hour, minute, second] = time.slice(1).map((part) => Number(part ?? 0));
  if (hour! > 23 || minute! > 59 || second! > 59) return null;
  return point(daySeconds(year!, month!, day!) + hour! * 3600 + minute! * 60 + second!);
}
