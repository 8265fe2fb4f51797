import type { BytesColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { NO_PLACE, ShortCells } from './short-cells.ts';

/** Numbers the distinct cells of a column by their bytes, so that each is read once and not once a row. */
export class DistinctCells {
  /** Cells of batches before this one keep their numbers until {@link makeRoom} says that it has begun anew. */
  #cells = new Dictionary();
  /** Those met lately, which need not be hashed byte by byte, and their numbers by place. */
  readonly #short = new ShortCells();
  readonly #codes = new Int32Array(ShortCells.places);
  /** What the table said of the last cell that it did not know. */
  #place = NO_PLACE;

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
    this.#short.clear();
    return true;
  }

  /** Writes the number of each cell to `codes`. Call {@link makeRoom} before. */
  encode(cells: BytesColumn, codes: Int32Array): void {
    const { bytes, starts, ends, stride, offset, length } = cells;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = this.#encodeKnown(cells, view, 0, codes); row < length; ) {
      const cell = row * stride + offset;
      const code = this.#cells.encodeBytes(bytes, starts[cell]!, ends[cell]!);
      if (this.#place !== NO_PLACE) this.#codes[~this.#place] = code;
      codes[row] = code;
      row = this.#encodeKnown(cells, view, row + 1, codes);
    }
  }

  /** Goes on from a row to the next whose cell is not known, and says which that is. It calls nothing, so that it stays short when compiled. */
  #encodeKnown({ starts, ends, stride, offset, length }: BytesColumn, view: DataView, from: number, codes: Int32Array) {
    const short = this.#short;
    const known = this.#codes;
    let row = from;
    for (let cell = row * stride + offset; row < length; row++, cell += stride) {
      const place = short.find(view, starts[cell]!, ends[cell]!);
      if (place < 0) {
        this.#place = place;
        break;
      }
      codes[row] = known[place]!;
    }
    return row;
  }
}
