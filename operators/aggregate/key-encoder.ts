import { float64s } from '../../engine/arrays.ts';
import { type Column, DictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { Codes } from './pair-table.ts';

const MISSING = -1;
const UNMAPPED = -2;

/**
 * Gives the values of one key field small codes that hold over batches. As long as batches bring the same dictionary, its codes
 * are as good as any.
 */
export class KeyEncoder {
  /** What codes of texts mean. */
  #texts: Dictionary | null = null;
  /** Is that a dictionary of ours, which others are translated to? */
  #isOwn = false;
  /** The dictionary that came last, and what its codes are in ours. */
  #source: Dictionary | null = null;
  #translation = new Int32Array(0);
  /** The numbers behind codes. */
  readonly #numbers: number[] = [];
  readonly #numberCodes = new Map<number, number>();
  #type: NumberColumn | null = null;
  /** Codes of the batch at hand, used again for the next. */
  #out = new Int32Array(0);

  /** Is there room for all texts that the column may bring? */
  hasRoomFor(column: Column | undefined): boolean {
    if (!column || column.kind === 'number' || !this.#texts) return true;
    if (column.kind === 'dictionary' && column.dictionary === this.#texts) return true;
    return this.#texts.hasRoomFor(column.length);
  }

  /** Codes of the column's values, valid until the next call; -1 is missing, as all are if the column is not there. */
  encode(column: Column | undefined, length: number): Codes {
    const codes = column ? this.#encode(column) : this.#room(length).fill(MISSING);
    return { codes, size: Math.max(this.#texts?.values.length ?? 0, this.#numbers.length) };
  }

  #encode(column: Column): Int32Array {
    if (column.kind === 'number') return this.#encodeNumbers(column);
    if (column.kind !== 'dictionary') return this.#encodeTexts(column);
    this.#texts ??= column.dictionary;
    return column.dictionary === this.#texts ? column.codes : this.#translate(column);
  }

  /** The values behind codes. */
  decode(codes: Int32Array): Column {
    if (!this.#type) return new DictionaryColumn(codes, this.#texts ?? new Dictionary());
    const values = float64s(codes.length);
    for (let i = 0; i < codes.length; i++) values[i] = codes[i] === MISSING ? Number.NaN : this.#numbers[codes[i]!]!;
    return new NumberColumn(this.#type.type, values, this.#type.scale);
  }

  /** Our own dictionary; codes given so far mean in it what they did. */
  #ownTexts(): Dictionary {
    if (this.#texts && this.#isOwn) return this.#texts;
    const own = new Dictionary();
    for (const text of this.#texts?.values ?? []) own.encode(text);
    this.#isOwn = true;
    this.#texts = own;
    return own;
  }

  #encodeTexts(column: Column): Int32Array {
    const texts = this.#ownTexts();
    const codes = this.#room(column.length);
    for (let row = 0; row < codes.length; row++) {
      const value = column.get(row);
      codes[row] = value === null ? MISSING : texts.encode(String(value));
    }
    return codes;
  }

  #translate({ codes, dictionary }: DictionaryColumn): Int32Array {
    const texts = this.#ownTexts();
    if (this.#source !== dictionary) {
      this.#source = dictionary;
      this.#translation = new Int32Array(0);
    }
    const known = this.#translation;
    if (known.length < dictionary.values.length) {
      this.#translation = new Int32Array(dictionary.values.length).fill(UNMAPPED);
      this.#translation.set(known);
    }
    const map = this.#translation;
    const out = this.#room(codes.length);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      let mapped = code < 0 ? MISSING : map[code]!;
      if (mapped === UNMAPPED) {
        mapped = texts.encode(dictionary.values[code]!);
        map[code] = mapped;
      }
      out[row] = mapped;
    }
    return out;
  }

  #encodeNumbers(column: NumberColumn): Int32Array {
    // Its memory is not ours to keep.
    this.#type ??= new NumberColumn(column.type, new Float64Array(0), column.scale);
    const { values } = column;
    const out = this.#room(values.length);
    for (let from = 0; from < values.length; ) from = fillRun(out, values, from, this.#codeOf(values[from]!));
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

/** Writes the code for as long as the value stays the same; returns where it does not. */
function fillRun(codes: Int32Array, values: Float64Array, from: number, code: number): number {
  const value = values[from];
  let row = from;
  do codes[row++] = code;
  while (row < values.length && values[row] === value);
  return row;
}
