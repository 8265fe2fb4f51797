import type { Batch } from '../../engine/batch.ts';
import { type BytesColumn, type Column, IDENTIFIER_DIGITS, splitIdentifier } from '../../engine/column.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import { Lanes } from './lanes.ts';

const MISSING = 0x6d697373;
const MARK = '#'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** For each text of a dictionary: the hash of its affix, and the number after that. */
interface HashedTexts {
  lanes: Lanes;
  numbers: Float64Array;
  count: number;
}

/**
 * Hashes records from their columns, 128 bits each. A text hashes alike in columns of every kind, as a column whose dictionary
 * is full goes on as plain texts: always as affix and number, which is how identifiers are held.
 */
export class RecordHasher {
  readonly #hashed = new WeakMap<Dictionary, HashedTexts>();
  readonly #one = new Lanes(1);
  #scratch = Buffer.alloc(256);

  /** The hashes of the batch's records over the columns given, in that order. */
  hash(batch: Batch, columns: readonly Column[]): Lanes {
    const hashes = new Lanes(batch.length);
    for (const column of columns) this.#mix(hashes, column);
    hashes.finish();
    return hashes;
  }

  #mix(hashes: Lanes, column: Column): void {
    if (column.kind === 'number') mixNumbers(hashes, column.values);
    else if (column.kind === 'dictionary') this.#mixCodes(hashes, column.codes, column.dictionary, null);
    else if (column.kind === 'identifier') this.#mixCodes(hashes, column.codes, column.dictionary, column.numbers);
    else if (column.kind === 'bytes') this.#mixBytes(hashes, column);
    else this.#mixTexts(hashes, column.values);
  }

  /** `numbers` are those of an identifier column, whose dictionary holds affixes; null where it holds whole texts. */
  #mixCodes(hashes: Lanes, codes: Int32Array, dictionary: Dictionary, numbers: Float64Array | null): void {
    const known = this.#hashedTexts(dictionary, numbers !== null);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      if (code < 0) hashes.mix(row, MISSING);
      else {
        hashes.mixFrom(row, known.lanes, code);
        hashes.mixNumber(row, numbers === null ? known.numbers[code]! : numbers[row]!);
      }
    }
  }

  #hashedTexts(dictionary: Dictionary, areAffixes: boolean): HashedTexts {
    const known = this.#hashed.get(dictionary) ?? { lanes: new Lanes(0), numbers: new Float64Array(0), count: 0 };
    this.#hashed.set(dictionary, known);
    const { values } = dictionary;
    if (values.length > known.numbers.length) {
      const numbers = new Float64Array(Math.max(values.length, 2 * known.numbers.length));
      numbers.set(known.numbers);
      Object.assign(known, { numbers, lanes: known.lanes.grown(numbers.length) });
    }
    for (; known.count < values.length; known.count++) {
      const text = values[known.count]!;
      const { affix, number } = areAffixes ? { affix: text, number: 0 } : splitIdentifier(text);
      known.numbers[known.count] = number;
      this.#hashText(known.lanes, known.count, affix);
    }
    return known;
  }

  #mixTexts(hashes: Lanes, texts: readonly (string | null)[]): void {
    for (let row = 0; row < texts.length; row++) {
      const text = texts[row]!;
      if (text === null) hashes.mix(row, MISSING);
      else {
        const { affix, number } = splitIdentifier(text);
        this.#hashText(this.#one, 0, affix);
        hashes.mixFrom(row, this.#one, 0);
        hashes.mixNumber(row, number);
      }
    }
  }

  #hashText(lanes: Lanes, at: number, text: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.#makeRoom(text.length * 3);
    lanes.hashBytes(at, this.#scratch, this.#scratch.write(text));
  }

  /** As {@link splitIdentifier}, without making strings. */
  #mixBytes(hashes: Lanes, { bytes, starts, ends, stride, offset, length }: BytesColumn): void {
    for (let row = 0; row < length; row++) {
      const start = starts[row * stride + offset]!;
      const end = ends[row * stride + offset]!;
      const digits = trailingDigits(bytes, start, end);
      this.#makeRoom(end - start + 3);
      let size = bytes.copy(this.#scratch, 0, start, end - digits);
      this.#scratch[size++] = MARK;
      if (digits === IDENTIFIER_DIGITS) this.#scratch[size++] = ZERO + 1;
      this.#scratch[size++] = ZERO + (digits % 10);
      this.#one.hashBytes(0, this.#scratch, size);
      hashes.mixFrom(row, this.#one, 0);
      hashes.mixNumber(row, digits === 0 ? 0 : numberAt(bytes, end - digits, end));
    }
  }

  #makeRoom(size: number): void {
    if (size > this.#scratch.length) this.#scratch = Buffer.alloc(2 * size);
  }
}

function mixNumbers(hashes: Lanes, values: Float64Array): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) hashes.mix(row, MISSING);
    else hashes.mixNumber(row, value);
  }
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
