/**
 * AssemblyScript: finds records and cells 64 bytes at a time, a bit for each byte. What it finds it leaves in memory, see
 * ../block-scan.ts. After a change, run `node .ci/wasm/compile.ts`.
 */

const LF: i32 = 10;
const CR: i32 = 13;
/** Bytes that are looked at together. */
const BLOCK: i32 = 64;
/** Positions take four bytes: a shift by so much. */
const WORD: i32 = 2;

/** Most bytes at a time, and most cells in them. */
export const MOST_BYTES: i32 = 65_536;
export const MOST_CELLS: i32 = 32_768;

// Where in memory the bytes are, and positions of cells and records. A block may hold more cells than there is room for.
export const BYTES: i32 = 1024;
export const STARTS: i32 = BYTES + MOST_BYTES + BLOCK * 2;
export const ENDS: i32 = STARTS + ((MOST_CELLS + BLOCK * 2) << WORD);
export const RECORD_STARTS: i32 = ENDS + ((MOST_CELLS + BLOCK * 2) << WORD);
export const RECORD_ENDS: i32 = RECORD_STARTS + ((MOST_CELLS + 1) << WORD);

let delimiter: i32 = 0;
let quote: i32 = 0;
let stride: i32 = 0;
let maxRecordBytes: i32 = 0;

/** What holds for the calls that follow; a quote of -1 is none. */
export function prepare(delimiterByte: i32, quoteByte: i32, cells: i32, mostBytes: i32): void {
  delimiter = delimiterByte;
  quote = quoteByte;
  stride = cells;
  maxRecordBytes = mostBytes;
}

/**
 * Finds at most so many `rows` that end in memory's bytes `[from, end)`; `shift` is added to every position. Gives how many,
 * inverted (`~`) if the record after them is one for the careful loop.
 */
export function scan(from: i32, end: i32, shift: i32, rows: i32): i32 {
  const delimiters = i8x16.splat(<i8>delimiter);
  const quotes = i8x16.splat(<i8>quote);
  const feeds = i8x16.splat(<i8>LF);
  const returns = i8x16.splat(<i8>CR);
  // What follows the bytes is not known: a line feed makes nothing odd.
  store<u8>(end, LF);
  let starts = STARTS;
  let ends = ENDS;
  let row = 0;
  let recordStart = from;
  store<i32>(RECORD_STARTS, from + shift);
  // What the last byte of the block before means for the first of this one, in bit 0: a cell begins, a quoted one does, a cell
  // ended at a quote, or at a carriage return, and whether a quote is open.
  let begun: u64 = 1;
  let opened: u64 = 0;
  let closed: u64 = 0;
  let returned: u64 = 0;
  let open: u64 = 0;
  for (let at = from; at < end; at += BLOCK) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const lf = places(a, b, c, d, feeds);
    const cr = places(a, b, c, d, returns);
    const marks = places(a, b, c, d, quotes);
    let separators = places(a, b, c, d, delimiters) | lf;
    let cellStarts = (separators << 1) | begun;
    let cellEnds = separators;
    let odd: u64 = 0;
    if ((marks | cr | opened | closed | returned | open) !== 0) {
      const next = <i32>load<u8>(at, BLOCK);
      const quoted = fromOddToEven(marks) ^ (0 - open);
      const opening = marks & quoted;
      const closing = marks & ~quoted;
      separators &= ~quoted;
      cellStarts = (separators << 1) | begun;
      const beforeEnd = ((separators | cr) >> 1) | last(next === LF || next === CR || next === delimiter);
      const beforeFeed = (lf >> 1) | last(next === LF);
      odd = (opening & ~cellStarts) | (closing & ~beforeEnd) | (cr & ~beforeFeed) | ((lf | cr) & quoted);
      cellStarts = (cellStarts & ~opening) | (opening << 1) | opened;
      cellEnds = (separators & ~((cr << 1) | returned)) | cr;
      cellEnds = (cellEnds & ~((closing << 1) | closed)) | closing;
      opened = opening >> 63;
      closed = closing >> 63;
      returned = cr >> 63;
      open = quoted >> 63;
    }
    begun = separators >> 63;
    let known = at + BLOCK <= end ? ~(<u64>0) : ((<u64>1) << (end - at)) - 1;
    let isOdd = (odd & known) !== 0;
    if (isOdd) known &= (odd & (0 - odd)) - 1;
    for (let feed = lf & known; feed !== 0 && row < rows; feed &= feed - 1) {
      const place = at + <i32>ctz(feed);
      const recordEnd = place - <i32>(load<u8>(place - 1) === CR);
      const cells = ((ends - ENDS) >> WORD) + <i32>popcnt(cellEnds & (feed ^ (feed - 1)));
      const isWhole =
        cells === (row + 1) * stride && recordEnd > recordStart && recordEnd - recordStart <= maxRecordBytes;
      if (!isWhole) {
        isOdd = true;
        break;
      }
      store<i32>(RECORD_ENDS + (row << WORD), recordEnd + shift);
      recordStart = place + 1;
      row++;
      store<i32>(RECORD_STARTS + (row << WORD), recordStart + shift);
    }
    starts = list(starts, cellStarts, at + shift);
    ends = list(ends, cellEnds, at + shift);
    if (row === rows) return row;
    if (isOdd || (ends - ENDS) >> WORD > (row + 1) * stride) return ~row;
  }
  return row;
}

/** Where the byte is among the 64. */
function places(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  const first = i8x16.bitmask(i8x16.eq(a, byte)) | (i8x16.bitmask(i8x16.eq(b, byte)) << 16);
  const second = i8x16.bitmask(i8x16.eq(c, byte)) | (i8x16.bitmask(i8x16.eq(d, byte)) << 16);
  return <u64>(<u32>first) | ((<u64>(<u32>second)) << 32);
}

/** From each bit of odd number, the first included, up to the next of even number: what stands in quotes. */
function fromOddToEven(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

function last(is: bool): u64 {
  return (<u64>is) << 63;
}

/** Writes the positions of the bits; says where the next go. */
function list(to: i32, bits: u64, at: i32): i32 {
  for (; bits !== 0; bits &= bits - 1, to += 4) store<i32>(to, at + <i32>ctz(bits));
  return to;
}
