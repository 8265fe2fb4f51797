/** How many bytes {@link putVarint} writes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes an integer from 0 to 2^53 as a varint: seven bits to a byte, of which all but the last say that more follow. */
export function putVarint(page: DataView, start: number, value: number): void {
  let rest = value;
  let more = 0;
  for (let at = start + varintLength(value) - 1; at >= start; at--) {
    page.setUint8(at, (rest % 128) | more);
    rest = Math.floor(rest / 128);
    more = 0x80;
  }
}

/** Writes the beginning of a b-tree page: its type, how many cells it has, and where they begin. */
export function putHeader(page: DataView, type: number, cells: number, top: number): void {
  page.setUint8(0, type);
  page.setUint16(1, 0);
  page.setUint16(3, cells);
  page.setUint16(5, top);
  page.setUint8(7, 0);
}
