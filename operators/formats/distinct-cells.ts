import type { BytesColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';

const SLOTS = 1024;
/** A hash of 32 bits without these is a slot. */
const SHIFT = 22;
const SHORT = 8;

/**
 * Numbers the distinct cells of a column by their bytes, so that each is read once and not once a row. A small
 * table in front knows the short ones (at most eight bytes, kept as two numbers) without hashing them byte by byte.
 */
export class DistinctCells {
  /** Cells of batches before this one keep their numbers until {@link encode} says it has begun anew. */
  #cells = new Dictionary();
  readonly #low = new Int32Array(SLOTS);
  readonly #high = new Int32Array(SLOTS);
  readonly #lengths = new Int8Array(SLOTS).fill(-1);
  readonly #codes = new Int32Array(SLOTS);

  /** The text with that number. */
  text(code: number): string {
    return this.#cells.values[code]!;
  }

  get size(): number {
    return this.#cells.values.length;
  }

  /** Makes room for so many more cells; true if all numbers given before are void. */
  makeRoom(count: number): boolean {
    if (this.#cells.hasRoomFor(count)) return false;
    this.#cells = new Dictionary();
    this.#lengths.fill(-1);
    return true;
  }

  /** Writes the number of each cell to `codes`. Call {@link makeRoom} before. */
  encode({ bytes, starts, ends, stride, offset, length }: BytesColumn, codes: Int32Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      const start = starts[cell]!;
      const end = ends[cell]!;
      const size = end - start;
      let low = 0;
      let high = 0;
      if (size > SHORT || size === 0) {
        codes[row] = this.#cells.encodeBytes(bytes, start, end);
        continue;
      }
      if (size >= 4) {
        // Two reads of four bytes, which overlap, hold all of four to eight.
        low = view.getInt32(start, true);
        high = view.getInt32(end - 4, true);
      } else low = bytes[start]! | (bytes[start + (size >> 1)]! << 8) | (bytes[end - 1]! << 16);
      codes[row] = this.#short(bytes, start, size, low, high);
    }
  }

  #short(bytes: Uint8Array, start: number, size: number, low: number, high: number): number {
    const slot = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> SHIFT;
    if (this.#low[slot] === low && this.#high[slot] === high && this.#lengths[slot] === size) return this.#codes[slot]!;
    const code = this.#cells.encodeBytes(bytes, start, start + size);
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#lengths[slot] = size;
    this.#codes[slot] = code;
    return code;
  }
}
