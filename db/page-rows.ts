/** Four bytes of a varint hold what is below. */
const FOUR_BYTES = 2 ** 28;
const WORD = 2 ** 32;

/** Numbers that bytes can hold: those between. */
export interface Range {
  readonly bytes: number;
  readonly above: number;
  readonly below: number;
}

/**
 * Rows being put into a page: one part of all of them, then the part before it, and so from the last to the first. What is written
 * may spill over to its left, so that four bytes are written whatever a number needs. `after` is how many bytes of a row follow the part.
 */
export class PageRows {
  #page: DataView = new DataView(new ArrayBuffer(0));
  /** Where each row ends, or would if it had no NULLs: these take no bytes, so that what is left of them moves to the right. */
  readonly #ends: Int32Array;
  #from = 0;
  #count = 0;

  /** `most`: rows that a page can have. */
  constructor(most: number) {
    this.#ends = new Int32Array(most);
  }

  /**
   * Begins with the rows from `from` up to `to`, as many as there is room for with two bytes more for each, and returns how many.
   * They go down from `top`; each has so many `bytes`, less those that it is spared.
   */
  begin(
    page: DataView,
    top: number,
    room: number,
    from: number,
    to: number,
    bytes: number,
    spared: Int32Array,
  ): number {
    const ends = this.#ends;
    let row = from;
    let end = top;
    let left = room;
    for (; row < to; row++) {
      const size = bytes - spared[row]!;
      left -= size + 2;
      if (left < 0) break;
      ends[row - from] = end;
      end -= size;
    }
    this.#page = page;
    this.#from = from;
    this.#count = row - from;
    return this.#count;
  }

  /** Numbers of up to four bytes. Returns false, half done, if one is NaN or out of range. */
  ints(after: number, values: Float64Array, { above, below }: Range): boolean {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      if (!(value > above && value < below)) return false;
      page.setInt32(ends[i]! - after - 4, value | 0);
    }
    return true;
  }

  /** The same with up to eight bytes. */
  longs(after: number, values: Float64Array, { above, below }: Range): boolean {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      if (!(value > above && value < below)) return false;
      const at = ends[i]! - after - 8;
      page.setInt32(at + 4, value | 0);
      page.setInt32(at, Math.floor(value / WORD));
    }
    return true;
  }

  /** The same where NaN is nothing. */
  sparse(after: number, values: Float64Array, { bytes, above, below }: Range): boolean {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      const end = ends[i]! - after;
      if (Number.isNaN(value)) {
        ends[i] = end + after + bytes;
        continue;
      }
      if (!(value > above && value < below)) return false;
      page.setInt32(end - 4, value | 0);
      if (bytes > 4) page.setInt32(end - 8, Math.floor(value / WORD));
    }
    return true;
  }

  /** The same words in all rows. */
  words(after: number, words: Int32Array): void {
    const page = this.#page;
    const ends = this.#ends;
    const count = this.#count;
    for (let at = 0; at < words.length; at++) {
      const word = words[at]!;
      const back = after + (words.length - at) * 4;
      for (let i = 0; i < count; i++) page.setInt32(ends[i]! - back, word);
    }
  }

  /** A byte each, 0 where there is NaN. */
  types(after: number, values: Float64Array, type: number): void {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      page.setInt8(ends[i]! - after - 1, type * Number(!Number.isNaN(values[from + i]!)));
    }
  }

  /** Integers from 0 to 2^53 as varints of eight bytes. */
  keys(after: number, keys: Float64Array): void {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      const key = keys[from + i]!;
      const high = Math.floor(key / FOUR_BYTES);
      const at = ends[i]! - after - 8;
      page.setInt32(at, sevens(high) | 0x80);
      page.setInt32(at + 4, sevens(key - high * FOUR_BYTES));
    }
  }

  /** In front of each row how many `bytes` follow, less those spared, as a varint of one byte or two; and in `list` where that is. */
  lengths(after: number, list: number, record: number, spared: Int32Array): void {
    const page = this.#page;
    const ends = this.#ends;
    const from = this.#from;
    const count = this.#count;
    const isLong = record > 0x7f;
    const start = after + (isLong ? 2 : 1);
    for (let i = 0; i < count; i++) {
      const at = ends[i]! - start;
      const bytes = record - spared[from + i]!;
      page.setInt16(list + i * 2, at);
      if (isLong) page.setInt16(at, ((bytes << 1) & 0x7f00) | 0x8000 | (bytes & 0x7f));
      else page.setInt8(at, bytes);
    }
  }
}

/** 28 bits, seven to a byte, the last of which says that no more follow. */
function sevens(bits: number): number {
  return ((bits << 3) & 0x7f000000) | ((bits << 2) & 0x7f0000) | ((bits << 1) & 0x7f00) | (bits & 0x7f) | 0x80808000;
}
