import type { Database } from 'better-sqlite3';
import { type Column, type IdentifierColumn, identifierText, splitIdentifier } from '../engine/column.ts';
import type { Dictionary } from '../engine/dictionary.ts';
import type { Scratch } from './scratch.ts';
import type { Statements } from './statements.ts';

/** Numbers have up to ten digits, so they fit below 2^36. */
const NUMBER_RANGE = 2 ** 36;
/** Keys below this keep affix_key * 2^36 + number a safe integer. */
const NUMBERED_AFFIXES = 2 ** 17;

/**
 * Turns identifiers such as `ORD-000123` into single integers, refs: affix_key * 2^36 + number. An identifier without a number,
 * or whose affix came when all 131,071 numbered keys were taken, has a row of its own with a negative key, which is its ref.
 */
export class Identifiers {
  readonly #statements: Statements;
  /** Affix key by dictionary code; 0 is not yet known, NaN means that no numbered key is left for the affix. */
  #keys = new WeakMap<Dictionary, Float64Array>();
  #nextPositive = 0;
  #nextNegative = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.clear();
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#keys = new WeakMap();
    const extremes = this.#statements.get('SELECT min(affix_key), max(affix_key) FROM affixes').raw().get();
    const [least, most] = extremes as [number | null, number | null];
    this.#nextPositive = Math.max(most ?? 0, 0) + 1;
    this.#nextNegative = Math.min(least ?? 0, 0) - 1;
  }

  /** The ref of each row, NaN where the identifier is missing, in memory of `scratch`. */
  refs(column: Column | undefined, scratch: Scratch): Float64Array | null {
    if (!column) return null;
    return column.kind === 'identifier' ? this.#fromCodes(column, scratch) : this.#fromTexts(column);
  }

  #fromCodes({ codes, numbers, dictionary }: IdentifierColumn, scratch: Scratch): Float64Array {
    const refs = scratch.take(codes.length);
    const keys = this.#known(dictionary);
    for (let row = 0; ; row++) {
      row = putNumbered(refs, row, keys, codes, numbers);
      if (row === refs.length) return refs;
      refs[row] = this.#refOfCode(codes[row]!, numbers[row]!, keys, dictionary);
    }
  }

  #refOfCode(code: number, number: number, keys: Float64Array, { values }: Dictionary): number {
    const affix = values[code]!;
    if (keys[code] === 0) keys[code] = this.#affixKey(affix);
    const key = keys[code]!;
    if (key > 0) return key * NUMBER_RANGE + number;
    return key < 0 ? key : this.#wholeKey(identifierText(affix, number));
  }

  #fromTexts(column: Column): Float64Array {
    return Float64Array.from({ length: column.length }, (_, row) => {
      const text = column.get(row);
      return text === null ? Number.NaN : this.refOf(String(text));
    });
  }

  /** The ref of one identifier. */
  refOf(text: string): number {
    const { affix, number } = splitIdentifier(text);
    const key = this.#affixKey(affix);
    if (key > 0) return key * NUMBER_RANGE + number;
    return key < 0 ? key : this.#wholeKey(text);
  }

  #known(dictionary: Dictionary): Float64Array {
    const known = this.#keys.get(dictionary);
    if (known && known.length >= dictionary.values.length) return known;
    const grown = new Float64Array(Math.max(dictionary.values.length * 2, 64));
    if (known) grown.set(known);
    this.#keys.set(dictionary, grown);
    return grown;
  }

  #affixKey(affix: string): number {
    const found = this.#find(affix);
    if (found !== undefined) return found;
    if (affix.endsWith('#0')) return this.#add(this.#nextNegative--, affix);
    return this.#nextPositive < NUMBERED_AFFIXES ? this.#add(this.#nextPositive++, affix) : Number.NaN;
  }

  #wholeKey(text: string): number {
    const affix = `${text}#0`;
    return this.#find(affix) ?? this.#add(this.#nextNegative--, affix);
  }

  #find(affix: string): number | undefined {
    return this.#statements.get('SELECT affix_key FROM affixes WHERE affix = ?').pluck().get(affix) as
      | number
      | undefined;
  }

  #add(key: number, affix: string): number {
    this.#statements.get('INSERT INTO affixes (affix_key, affix) VALUES (?, ?)').run(key, affix);
    return key;
  }
}

/** Sets refs from a row on, up to one whose affix has no numbered key yet, which is returned. A loop that calls nothing takes half the time. */
function putNumbered(
  refs: Float64Array,
  from: number,
  keys: Float64Array,
  codes: Int32Array,
  numbers: Float64Array,
): number {
  const { length } = refs;
  for (let row = from; row < length; row++) {
    const code = codes[row]!;
    const key = code < 0 ? Number.NaN : keys[code]!;
    if (key <= 0) return row;
    refs[row] = key * NUMBER_RANGE + numbers[row]!;
  }
  return length;
}

/** The identifier that a ref stands for; null for null. */
export function identifierOf(db: Database, ref: number | null): string | null {
  if (ref === null) return null;
  const key = ref < 0 ? ref : Math.floor(ref / NUMBER_RANGE);
  const affix = db.prepare('SELECT affix FROM affixes WHERE affix_key = ?').pluck().get(key) as string | undefined;
  if (affix === undefined) throw new RangeError(`no identifier has the ref ${ref}`);
  return identifierText(affix, ref < 0 ? 0 : ref - key * NUMBER_RANGE);
}
