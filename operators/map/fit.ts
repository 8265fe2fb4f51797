import {
  type Column,
  dictionaryColumn,
  identifierColumn,
  NumberColumn,
  type NumberType,
  TextColumn,
} from '../../engine/column.ts';
import { divideHalfEven } from '../../engine/decimal.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import type { Fault } from '../../engine/operator.ts';
import { quoted } from '../formats/faults.ts';
import { textReader } from '../values/cell-text.ts';
import { notOfType, typeWords } from '../values/type-words.ts';
import { type Units, unitsOf } from '../values/units.ts';
import type { Target } from './target.ts';

/** Told of each row whose value can't be held. */
export type OnFault = (row: number, fault: Fault) => void;

const DAY_SECONDS = 86_400;

/** Turns columns into what a field is held as. Keeps the dictionary that it makes, so that codes stay the same from batch to batch. */
export class Fitter {
  readonly #field: string;
  #dictionary: Dictionary | undefined;

  constructor(field: string) {
    this.#field = field;
  }

  fit(column: Column, target: Target, onFault: OnFault): Column {
    if (target.kind === 'any' || (target.kind !== 'number' && target.kind === column.kind)) return column;
    if (target.kind !== 'number') return this.texts(textsOf(column), target.kind);
    if (column.kind === 'number') return this.#converted(column, target.units, onFault);
    return this.#parsed(column, target.units, onFault);
  }

  /** Texts as a column of that kind. */
  texts(texts: readonly (string | null)[], kind: 'dictionary' | 'identifier' | 'text'): Column {
    if (kind === 'text') return new TextColumn(texts);
    const make = kind === 'dictionary' ? dictionaryColumn : identifierColumn;
    const made = make(texts, this.#dictionary);
    if (made.kind === 'dictionary' || made.kind === 'identifier') this.#dictionary = made.dictionary;
    return made;
  }

  #converted(column: NumberColumn, units: Units, onFault: OnFault): Column {
    if (column.type === units.type && column.scale === units.scale) return column;
    const convert = converter(column, units);
    if (!convert) return this.#parsed(new TextColumn(textsOf(column)), units, onFault);
    const values = column.values.map((value, row) => {
      const converted = Number.isNaN(value) ? value : convert(value);
      if (Number.isNaN(value) || Number.isSafeInteger(converted) || units.type === 'float') return converted;
      onFault(row, overflow(this.#field));
      return Number.NaN;
    });
    return new NumberColumn(units.type, values, units.scale);
  }

  #parsed(column: Column, units: Units, onFault: OnFault): NumberColumn {
    const values = Float64Array.from({ length: column.length }, (_, row) => {
      const text = column.get(row);
      if (text === null || text === '') return Number.NaN;
      const value = unitsOf(String(text).trim(), units);
      if (value === null) onFault(row, notOfType(units.type, this.#field, String(text)));
      return value ?? Number.NaN;
    });
    return new NumberColumn(units.type, values, units.scale);
  }
}

export function overflow(field: string): Fault {
  return { code: 'amount_overflow', field, message: `${field}: the result is too large to be kept exactly` };
}

/** Why a constant does not suit a field of these units. */
export function misfit(field: string, constant: unknown, { type }: Units): string {
  return `set "${field}": expected ${typeWords(type)}, as the field holds, got ${quoted(String(constant))}`;
}

function textsOf(column: Column): (string | null)[] {
  const textOf = textReader(column);
  return Array.from({ length: column.length }, (_, row) => textOf(row));
}

/** Between units that stand for the same kind of thing; null where they don't. */
function converter(from: Units, to: Units): ((value: number) => number) | null {
  const exact = (type: NumberType) => type === 'integer' || type === 'decimal';
  if (exact(from.type) && exact(to.type)) return (value) => rescaled(value, from.scale, to.scale);
  if (exact(from.type) && to.type === 'float') return (value) => value / from.scale;
  if (from.type === 'date' && to.type === 'datetime') return (value) => value;
  if (from.type === 'datetime' && to.type === 'date') return (value) => Math.floor(value / DAY_SECONDS) * DAY_SECONDS;
  return null;
}

/** A value in units of 1/from in units of 1/to, rounded half to even. */
export function rescaled(value: number, from: number, to: number): number {
  return from <= to ? value * (to / from) : divideHalfEven(value, from / to);
}
