import type { Column, NumberColumn } from '../../engine/column.ts';
import { placesOf } from '../../engine/decimal.ts';
import { isoText, startOfDay } from '../formats/calendar.ts';

/** The text of a row's cell, or null where it is missing. */
export type TextOf = (row: number) => string | null;

/**
 * Reads a column's cells as people write them: decimals exactly (`12.5`), dates as `2026-12-31`, dates with time as
 * `2026-12-31T23:59:00`, booleans as `true` and `false`, texts as they are.
 */
export function textReader(column: Column): TextOf {
  if (column.kind !== 'number') return (row) => column.get(row);
  const { values } = column;
  const write = numberWriter(column);
  return (row) => {
    const value = values[row]!;
    return Number.isNaN(value) ? null : write(value);
  };
}

function numberWriter({ type, scale }: NumberColumn): (value: number) => string {
  switch (type) {
    case 'decimal':
      return decimalWriter(scale);
    case 'date':
      return remembered((seconds) => isoText(seconds, false));
    case 'datetime':
      return datetimeWriter();
    case 'boolean':
      return (value) => (value === 0 ? 'false' : 'true');
    default:
      // Adding 0 turns -0 into 0.
      return (value) => String(value + 0);
  }
}

/** As `formatDecimal` does, but without big integers: numbers here are safe integers. */
function decimalWriter(scale: number): (value: number) => string {
  const places = placesOf(scale);
  return (value) => {
    const size = Math.abs(value);
    const whole = Math.floor(size / scale);
    const rest = size - whole * scale;
    const sign = value < 0 ? '-' : '';
    if (rest === 0) return `${sign}${whole}`;
    let digits = String(rest).padStart(places, '0');
    let end = digits.length;
    while (digits.charCodeAt(end - 1) === 48) end--;
    if (end < digits.length) digits = digits.slice(0, end);
    return `${sign}${whole}.${digits}`;
  };
}

function datetimeWriter(): (seconds: number) => string {
  const dayText = remembered((seconds) => isoText(seconds, false));
  return (seconds) => {
    const start = startOfDay(seconds);
    const second = Math.floor(seconds - start);
    const minute = Math.floor(second / 60);
    return `${dayText(start)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}`;
  };
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Keeps the last answer: neighbouring rows are mostly of one day. */
function remembered(write: (value: number) => string): (value: number) => string {
  let last = Number.NaN;
  let text = '';
  return (value) => {
    if (value !== last) {
      text = write(value);
      last = value;
    }
    return text;
  };
}
