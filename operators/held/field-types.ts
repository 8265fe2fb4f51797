import {
  type Column,
  dictionaryColumn,
  identifierColumn,
  NumberColumn,
  type NumberType,
  TextColumn,
  type Value,
} from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { TillstreamError } from '../../engine/errors.ts';

/** How a field's values are held; `unknown` is one that has been missing in every record so far. Plain JSON. */
export type FieldType =
  | { readonly kind: 'number'; readonly type: NumberType; readonly scale: number }
  | { readonly kind: 'dictionary' | 'identifier' | 'text' | 'unknown' };

const UNKNOWN: FieldType = { kind: 'unknown' };

/** The type of a column; one of texts that are all missing says nothing. */
export function fieldType(column: Column): FieldType {
  if (column.kind === 'number') return { kind: 'number', type: column.type, scale: column.scale };
  if (isEmpty(column)) return UNKNOWN;
  return { kind: column.kind === 'bytes' ? 'text' : column.kind };
}

export function isEmpty(column: Column): boolean {
  for (let row = 0; row < column.length; row++) if (column.get(row) !== null) return false;
  return true;
}

/** The types of fields by name, in the order in which they were first met, and columns of these types. */
export class FieldTypes {
  readonly #types: Map<string, FieldType>;
  readonly #dictionaries = new Map<string, Dictionary>();

  constructor(types: Iterable<readonly [string, FieldType]> = []) {
    this.#types = new Map(types);
  }

  get names(): readonly string[] {
    return [...this.#types.keys()];
  }

  get(name: string): FieldType {
    return this.#types.get(name) ?? UNKNOWN;
  }

  /** Throws `field_type_changed` where the field was something else before. */
  learn(name: string, column: Column): void {
    this.#types.set(name, both(name, this.get(name), column));
  }

  column(name: string, values: readonly (Value | undefined)[]): Column {
    const type = this.get(name);
    if (type.kind === 'number') {
      const numbers = Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN));
      return new NumberColumn(type.type, numbers, type.scale);
    }
    const texts = values.map((value) => (value == null ? null : String(value)));
    if (type.kind === 'text' || type.kind === 'unknown') return new TextColumn(texts);
    const column = (type.kind === 'dictionary' ? dictionaryColumn : identifierColumn)(texts, this.#dictionary(name));
    if (column.kind === 'dictionary' || column.kind === 'identifier') this.#dictionaries.set(name, column.dictionary);
    return column;
  }

  snapshot(): [string, FieldType][] {
    return [...this.#types];
  }

  #dictionary(name: string): Dictionary {
    return this.#dictionaries.get(name) ?? new Dictionary();
  }
}

function both(name: string, known: FieldType, column: Column): FieldType {
  if (known.kind === column.kind && known.kind !== 'number') return known;
  const found = fieldType(column);
  if (known.kind === 'unknown' || found.kind === 'unknown') return known.kind === 'unknown' ? found : known;
  if (known.kind !== 'number' && found.kind !== 'number') return known.kind === found.kind ? known : { kind: 'text' };
  if (known.kind === 'number' && found.kind === 'number' && known.scale === found.scale) {
    return known.type === found.type
      ? known
      : { kind: 'number', type: wider(known.type, found.type), scale: known.scale };
  }
  throw new TillstreamError(
    'field_type_changed',
    `field "${name}" is ${said(known)} in some records and ${said(found)} in others; give it one type before this operator`,
  );
}

function wider(a: NumberType, b: NumberType): NumberType {
  const types = [a, b];
  if (types.includes('float')) return 'float';
  return types.includes('datetime') ? 'datetime' : 'integer';
}

function said(type: FieldType): string {
  return type.kind === 'number' ? `a number (${type.type}, in 1/${type.scale})` : 'a text';
}
