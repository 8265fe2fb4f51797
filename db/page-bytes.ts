/** 2^28: four bytes of a varint hold what is below. */
const FOUR_BYTES = 268_435_456;

/** How many bytes {@link putVarint} writes. */
export function varintLength(value: number): number {
  return value < FOUR_BYTES ? lengthBelow(value) : 4 + lengthBelow(Math.floor(value / FOUR_BYTES));
}

function lengthBelow(value: number): number {
  if (value < 16_384) return value < 128 ? 1 : 2;
  return value < 2_097_152 ? 3 : 4;
}

/** Writes an integer from 0 to 2^56 as a varint, and returns where it ends. */
export function putVarint(page: Uint8Array, start: number, value: number): number {
  if (value < FOUR_BYTES) return putBelow(page, start, value | 0, 0);
  const high = Math.floor(value / FOUR_BYTES);
  const low = (value - high * FOUR_BYTES) | 0;
  const at = putBelow(page, start, high | 0, 0x80);
  page[at] = (low >>> 21) | 0x80;
  page[at + 1] = (low >>> 14) | 0x80;
  page[at + 2] = (low >>> 7) | 0x80;
  page[at + 3] = low & 0x7f;
  return at + 4;
}

/** `more` is 0x80 where other bytes follow the last one. */
function putBelow(page: Uint8Array, start: number, value: number, more: number): number {
  let at = start;
  if (value >= 2_097_152) page[at++] = (value >>> 21) | 0x80;
  if (value >= 16_384) page[at++] = (value >>> 14) | 0x80;
  if (value >= 128) page[at++] = (value >>> 7) | 0x80;
  page[at++] = (value & 0x7f) | more;
  return at;
}

/** Writes the beginning of a b-tree page: its type, how many cells it has, and where they begin. */
export function putHeader(page: Uint8Array, type: number, cells: number, top: number): void {
  page[0] = type;
  page[1] = 0;
  page[2] = 0;
  page[3] = cells >>> 8;
  page[4] = cells;
  page[5] = top >>> 8;
  page[6] = top;
  page[7] = 0;
}

/** A 32-bit number as the file format has them. */
export function putNumber(page: Uint8Array, at: number, value: number): void {
  page[at] = value >>> 24;
  page[at + 1] = value >>> 16;
  page[at + 2] = value >>> 8;
  page[at + 3] = value;
}
