import type { Batch } from '../../engine/batch.ts';
import {
  type BytesColumn,
  type Column,
  IDENTIFIER_DIGITS,
  type IdentifierColumn,
  splitIdentifier,
} from '../../engine/column.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import { Lanes } from './lanes.ts';

const MARK = '#'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** Texts by code or by row: the hash of each one's affix, and the number after that (0 where the text is missing). */
class HashedTexts {
  lanes: Lanes;
  numbers: Float64Array;
  count = 0;

  constructor(room: number) {
    this.lanes = new Lanes(room);
    this.numbers = new Float64Array(room);
  }

  makeRoom(room: number): void {
    if (room <= this.numbers.length) return;
    const numbers = new Float64Array(Math.max(room, 2 * this.numbers.length));
    numbers.set(this.numbers);
    this.numbers = numbers;
    this.lanes = this.lanes.grown(numbers.length);
  }
}

/**
 * Hashes records from their columns, 128 bits each. A text hashes alike in columns of every kind, as a column whose dictionary
 * is full goes on as plain texts: always as affix and number, which is how identifiers are held.
 */
export class RecordHasher {
  readonly #hashed = new WeakMap<Dictionary, HashedTexts>();
  #scratch = Buffer.alloc(256);

  /** The hashes of the batch's records over the columns given, in that order. */
  hash(batch: Batch, columns: readonly Column[]): Lanes {
    const hashes = new Lanes(batch.length);
    for (const column of columns) {
      if (column.kind === 'number') hashes.mixNumbers(column.values);
      else this.#mixTexts(hashes, column);
    }
    hashes.finish();
    return hashes;
  }

  #mixTexts(hashes: Lanes, column: Exclude<Column, { kind: 'number' }>): void {
    if (column.kind === 'identifier') {
      const { lanes } = this.#ofDictionary(column.dictionary, true);
      hashes.mixCodes(column.codes, lanes);
      hashes.mixNumbers(presentNumbers(column));
    } else if (column.kind === 'dictionary') {
      const { lanes, numbers } = this.#ofDictionary(column.dictionary, false);
      hashes.mixCodes(column.codes, lanes);
      hashes.mixNumbers(Float64Array.from(column.codes, (code) => (code < 0 ? 0 : numbers[code]!)));
    } else {
      const { codes, lanes, numbers } = column.kind === 'bytes' ? this.#ofBytes(column) : this.#ofTexts(column.values);
      hashes.mixCodes(codes, lanes);
      hashes.mixNumbers(numbers);
    }
  }

  #ofDictionary(dictionary: Dictionary, areAffixes: boolean): HashedTexts {
    const known = this.#hashed.get(dictionary) ?? new HashedTexts(64);
    this.#hashed.set(dictionary, known);
    const { values } = dictionary;
    known.makeRoom(values.length);
    for (; known.count < values.length; known.count++) {
      const text = values[known.count]!;
      const { affix, number } = areAffixes ? { affix: text, number: 0 } : splitIdentifier(text);
      known.numbers[known.count] = number;
      this.#hashText(known.lanes, known.count, affix);
    }
    return known;
  }

  #ofTexts(texts: readonly (string | null)[]): HashedTexts & { codes: Int32Array } {
    const codes = Int32Array.from(texts, (text, row) => (text === null ? -1 : row));
    const hashed = Object.assign(new HashedTexts(texts.length), { codes });
    texts.forEach((text, row) => {
      if (text === null) return;
      const { affix, number } = splitIdentifier(text);
      this.#hashText(hashed.lanes, row, affix);
      hashed.numbers[row] = number;
    });
    return hashed;
  }

  #hashText(lanes: Lanes, at: number, text: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.#makeRoom(text.length * 3);
    lanes.hashBytes(at, this.#scratch, this.#scratch.write(text));
  }

  /** As {@link splitIdentifier}, without making strings. */
  #ofBytes({ bytes, starts, ends, stride, offset, length }: BytesColumn): HashedTexts & { codes: Int32Array } {
    const hashed = Object.assign(new HashedTexts(length), { codes: Int32Array.from({ length }, (_, row) => row) });
    for (let row = 0; row < length; row++) {
      const start = starts[row * stride + offset]!;
      const end = ends[row * stride + offset]!;
      const digits = trailingDigits(bytes, start, end);
      this.#makeRoom(end - start + 3);
      let size = bytes.copy(this.#scratch, 0, start, end - digits);
      this.#scratch[size++] = MARK;
      if (digits === IDENTIFIER_DIGITS) this.#scratch[size++] = ZERO + 1;
      this.#scratch[size++] = ZERO + (digits % 10);
      hashed.lanes.hashBytes(row, this.#scratch, size);
      hashed.numbers[row] = digits === 0 ? 0 : numberAt(bytes, end - digits, end);
    }
    return hashed;
  }

  #makeRoom(size: number): void {
    if (size > this.#scratch.length) this.#scratch = Buffer.alloc(2 * size);
  }
}

/** What stands beside a missing identifier means nothing and must not tell two of them apart. */
function presentNumbers({ codes, numbers }: IdentifierColumn): Float64Array {
  return codes.includes(-1) ? numbers.map((number, row) => (codes[row]! < 0 ? 0 : number)) : numbers;
}

/** How many digits the text ends with; 0 where there are more than an identifier's number may have. */
function trailingDigits(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  while (end - digits > start && isDigit(bytes[end - digits - 1]!)) {
    if (++digits > IDENTIFIER_DIGITS) return 0;
  }
  return digits;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) number = number * 10 + (bytes[i]! - ZERO);
  return number;
}
