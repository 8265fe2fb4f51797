import type { DialectBytes } from './dialect.ts';
import type { RecordBlock } from './record-block.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
/** Rows per call: after so many the short way, see block-scan.ts, is tried again. */
const TURN_ROWS = 128;

/** Why {@link ScanLoop.run} came to a stop; `position` is then the start of the record it stopped at. */
export const SCANNED = 0;
/** The turn is over, or the block has no room for another record: call again. */
export const FULL = 1;
/** What is left is part of a record. */
export const PARTIAL = 2;
/** A record that wants the careful way: odd quoting, an escape, a comment, or too long. */
export const ODD = 3;
/** A record with another number of cells: `found`, `recordEnd` and `next` tell of it. */
export const RAGGED = 4;
/** No room beyond `end` for cells without their doubled quotes: the buffer must grow. */
export const CRAMPED = 5;

/**
 * Byte by byte, for records that block-scan.ts leaves: one pass, no strings, no allocation. It knows unquoted cells and cells quoted
 * by the book, also with doubled quotes and line breaks; everything else it leaves to csv-parse, see record-walk.ts. The byte at
 * `end` must be a line feed (a sentinel that spares the loop a comparison per byte), and room beyond it may be taken for unescaped
 * cells.
 */
export class ScanLoop {
  readonly #dialect: DialectBytes;
  /** Next byte to read. */
  position = 0;
  /** Line at `position`, from 1. */
  line = 1;
  /** First free byte for unescaped cells. */
  side = 0;
  /** Of a ragged record: number of cells, end, first byte after its line break, and line there. */
  found = 0;
  recordEnd = 0;
  next = 0;
  nextLine = 0;

  constructor(dialect: DialectBytes) {
    this.#dialect = dialect;
  }

  /** Fills `block` from `bytes[position, end)`. With `final`, no bytes follow `end`. */
  run(block: RecordBlock, bytes: Uint8Array, end: number, final: boolean): number {
    const { delimiter, quote, escapeByte, comment, relaxQuotes, skipInitialSpace, maxRecordBytes } = this.#dialect;
    const { starts, ends, recordStarts, recordEnds, lines, stride, capacity } = block;
    // Bytes above these need no further look; nearly all of a file's are.
    const plainAbove = Math.max(delimiter, quote, CR);
    const quotedAbove = Math.max(quote, escapeByte, CR);
    const stray = relaxQuotes ? -1 : quote;
    const doubled = escapeByte === quote ? quote : -1;
    let row = block.rows;
    let cell = row * stride;
    let i = this.position;
    let line = this.line;
    const until = Math.min(capacity, row + TURN_ROWS);
    let status = FULL;

    while (row < until) {
      if (i >= end) {
        status = SCANNED;
        break;
      }
      const recordStart = i;
      const recordLine = line;
      const firstCell = cell;
      let c = bytes[i]!;
      if (c === comment) {
        status = ODD;
        break;
      }
      let isEmpty = false;
      status = SCANNED;
      // One turn per cell; leaves with c the line break at i.
      for (;;) {
        if (skipInitialSpace) {
          while ((c === SPACE || c === TAB) && c !== delimiter) c = bytes[++i]!;
          // csv-parse also knows rarer white space, and comments behind it.
          if (c === 11 || c === 12 || c >= 128 || c === comment) {
            status = ODD;
            break;
          }
        }
        if (c === quote) {
          const start = ++i;
          let quotes = 0;
          c = bytes[i]!;
          for (;;) {
            while (c > quotedAbove) c = bytes[++i]!;
            if (c === quote) {
              c = bytes[i + 1]!;
              if (c !== doubled) break;
              quotes++;
              i++;
            } else if (c === LF) {
              if (i >= end) {
                status = PARTIAL;
                break;
              }
              line++;
            } else if (c === CR) {
              if (bytes[i + 1] !== LF) line++;
            } else if (c === escapeByte) {
              status = ODD;
              break;
            }
            c = bytes[++i]!;
          }
          if (status !== SCANNED) break;
          if (c !== delimiter && c !== LF && c !== CR) {
            status = ODD;
            break;
          }
          if (quotes === 0) {
            starts[cell] = start;
            ends[cell] = i;
          } else {
            const side = this.side;
            if (bytes.length - side < i - start) {
              status = CRAMPED;
              break;
            }
            starts[cell] = side;
            this.side = ends[cell] = undouble(bytes, start, i, quote, side);
          }
          i++;
        } else {
          const start = i;
          for (;;) {
            while (c > plainAbove) c = bytes[++i]!;
            if (c === delimiter || c === LF || c === CR || c === stray) break;
            c = bytes[++i]!;
          }
          if (c === stray) {
            status = ODD;
            break;
          }
          starts[cell] = start;
          ends[cell] = i;
          isEmpty = cell === firstCell && start === i;
        }
        cell++;
        if (c !== delimiter) break;
        c = bytes[++i]!;
      }

      if (status === SCANNED && !final && (i >= end || (c === CR && i + 1 === end))) status = PARTIAL;
      if (status === SCANNED && i - recordStart > maxRecordBytes) status = ODD;
      if (status !== SCANNED) {
        cell = firstCell;
        i = recordStart;
        line = recordLine;
        break;
      }
      const recordEnd = i;
      if (i < end) {
        i++;
        if (c === CR && i < end && bytes[i] === LF) i++;
        line++;
      }
      if (isEmpty && cell - firstCell === 1) {
        cell = firstCell;
      } else if (cell - firstCell === stride) {
        recordStarts[row] = recordStart;
        recordEnds[row] = recordEnd;
        lines[row] = recordLine;
        row++;
      } else {
        this.found = cell - firstCell;
        this.recordEnd = recordEnd;
        this.next = i;
        this.nextLine = line;
        i = recordStart;
        line = recordLine;
        status = RAGGED;
        break;
      }
      status = FULL;
    }
    block.rows = row;
    this.position = i;
    this.line = line;
    return status;
  }
}

/** Writes `bytes[start, end)` at `to`, two quotes as one; says where it ends. */
function undouble(bytes: Uint8Array, start: number, end: number, quote: number, to: number): number {
  let out = to;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    bytes[out++] = c;
    if (c === quote) i++;
  }
  return out;
}
