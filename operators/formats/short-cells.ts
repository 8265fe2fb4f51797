/** Places in the table, of which each keeps four numbers. */
const PLACES = 4096;

/** A cell that the table does not take. */
export const NO_PLACE = -16384;

/**
 * Knows cells of one to eight bytes again, by their bytes as two numbers. A later cell may take the place of an earlier one: what
 * this does not know has to be looked for elsewhere.
 */
export class ShortCells {
  static readonly places: number = PLACES;
  /** First four bytes, last four, how many there are, and one to spare. */
  readonly #keys = new Int32Array(PLACES * 4).fill(-1);

  /**
   * The place of the cell if it is known; inverted (`~`) if it was not, and is from now on; else {@link NO_PLACE}. Numbers are written
   * out in here: the compiler looks a module's constants up each time, and this is asked about nearly every cell.
   */
  find(view: DataView, start: number, end: number): number {
    const size = end - start;
    if (size > 8 || size === 0) return -16384;
    let first: number;
    let last = 0;
    if (size >= 4) {
      // Two reads of four bytes, which overlap, hold all of four to eight.
      first = view.getInt32(start, true);
      last = view.getInt32(end - 4, true);
    } else first = view.getUint8(start) | (view.getUint8(start + (size >> 1)) << 8) | (view.getUint8(end - 1) << 16);
    // The upper twelve bits of a hash of 32.
    const place = Math.imul(first ^ Math.imul(last, 0x9e3779b1), 0x85ebca6b) >>> 20;
    const keys = this.#keys;
    const key = place * 4;
    if (keys[key] === first && keys[key + 1] === last && keys[key + 2] === size) return place;
    keys[key] = first;
    keys[key + 1] = last;
    keys[key + 2] = size;
    return ~place;
  }

  /** Knows nothing any more. */
  clear(): void {
    this.#keys.fill(-1);
  }
}
