import { float64s } from '../../engine/arrays.ts';
import { type Column, DictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { Codes } from './pair-table.ts';

const MISSING = -1;
const UNMAPPED = -2;

/** Gives the values of one key field small codes that hold over batches, whatever dictionaries the batches bring. */
export class KeyEncoder {
  readonly #dictionary = new Dictionary();
  readonly #numbers: number[] = [];
  readonly #numberCodes = new Map<number, number>();
  #type: NumberColumn | null = null;
  #seen = false;
  #source: Dictionary | null = null;
  #codes = new Int32Array(0);
  /** Codes of the batch at hand, used again for the next. */
  #out = new Int32Array(0);

  hasRoomFor(count: number): boolean {
    return this.#dictionary.hasRoomFor(count);
  }

  /** Codes of the column's values, valid until the next call; -1 is missing, as all are if the column is not there. */
  encode(column: Column | undefined, length: number): Codes {
    const codes = column ? this.#encode(column, length) : this.#room(length).fill(MISSING);
    return { codes, size: Math.max(this.#dictionary.values.length, this.#numbers.length) };
  }

  #encode(column: Column, length: number): Int32Array {
    this.#seen = true;
    if (column.kind === 'number') return this.#encodeNumbers(column);
    if (column.kind === 'dictionary') return this.#encodeCodes(column);
    const codes = this.#room(length);
    for (let row = 0; row < length; row++) {
      const text = column.get(row);
      codes[row] = text === null ? MISSING : this.#dictionary.encode(text);
    }
    return codes;
  }

  /** The values behind codes; null if no batch had the field. */
  decode(codes: Int32Array): Column | null {
    if (!this.#seen) return null;
    if (!this.#type) return new DictionaryColumn(codes, this.#dictionary);
    const values = float64s(codes.length);
    for (let i = 0; i < codes.length; i++) values[i] = codes[i] === MISSING ? Number.NaN : this.#numbers[codes[i]!]!;
    return new NumberColumn(this.#type.type, values, this.#type.scale);
  }

  #encodeCodes({ codes, dictionary }: DictionaryColumn): Int32Array {
    if (this.#source !== dictionary) {
      this.#source = dictionary;
      this.#codes = new Int32Array(0);
    }
    const known = this.#codes.length;
    if (known < dictionary.values.length) {
      const grown = new Int32Array(dictionary.values.length).fill(UNMAPPED);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    const map = this.#codes;
    const out = this.#room(codes.length);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      let mapped = code < 0 ? MISSING : map[code]!;
      if (mapped === UNMAPPED) {
        mapped = this.#dictionary.encode(dictionary.values[code]!);
        map[code] = mapped;
      }
      out[row] = mapped;
    }
    return out;
  }

  #encodeNumbers(column: NumberColumn): Int32Array {
    this.#type ??= column;
    const { values } = column;
    const out = this.#room(values.length);
    let last = Number.NaN;
    let lastCode = MISSING;
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (value !== last) {
        last = value;
        lastCode = this.#codeOf(value);
      }
      out[row] = lastCode;
    }
    return out;
  }

  #room(length: number): Int32Array {
    if (this.#out.length < length) this.#out = new Int32Array(Math.max(length, 2 * this.#out.length));
    return this.#out.subarray(0, length);
  }

  #codeOf(value: number): number {
    if (Number.isNaN(value)) return MISSING;
    let code = this.#numberCodes.get(value);
    if (code === undefined) {
      code = this.#numbers.push(value) - 1;
      this.#numberCodes.set(value, code);
    }
    return code;
  }
}
