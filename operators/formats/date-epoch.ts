import type { BytesColumn } from '../../engine/column.ts';
import { FIRST_SECOND, LAST_SECOND } from './calendar.ts';
import { fillCells } from './fill-cells.ts';
import { decimalFactors, readDecimal } from './number-bytes.ts';

const POINT = 0x2e;

/** Seconds (with up to three places) or milliseconds (with one) since 1970-01-01 UTC; what is less than a second is cut off. */
export class EpochReader {
  readonly impossible = false;
  readonly #factors: Float64Array;
  readonly #perSecond: number;

  constructor(perSecond: 1 | 1000) {
    const places = perSecond === 1 ? 3 : 1;
    this.#factors = decimalFactors(places);
    this.#perSecond = perSecond * 10 ** places;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const seconds = Math.floor(readDecimal(bytes, start, end, this.#factors, POINT) / this.#perSecond);
    return seconds >= FIRST_SECOND && seconds <= LAST_SECOND ? seconds : Number.NaN;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    fillCells(cells, values, rest, (bytes, start, end) => this.read(bytes, start, end));
  }
}
