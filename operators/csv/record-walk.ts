import { ClosingQuotes, closes } from './closing-quotes.ts';
import type { DialectBytes } from './dialect.ts';
import { whiteSpaceAt } from './white-space.ts';

const LF = 10;
const CR = 13;

/** Where a record ends, and the line break after it. */
export interface RecordBounds {
  /**
   * `line` is a comment or empty line, `open` a record with a quote that is never closed. Of `partial` and `partial-comment` the rest is
   * not here yet.
   */
  readonly kind: 'record' | 'line' | 'open' | 'partial' | 'partial-comment';
  readonly end: number;
  /** First byte after the line break. */
  readonly next: number;
}

/**
 * Walks records as csv-parse 7 walks them when it skips faulty ones: a quote within an unquoted cell is text, text after
 * a closing quote means that the cell goes on. Says only where a record ends; what is in it, and whether it is
 * faulty, is asked of csv-parse itself, see parse-record.ts.
 */
export class RecordWalk {
  readonly #dialect: DialectBytes;
  readonly #closings: ClosingQuotes | null;

  constructor(dialect: DialectBytes) {
    this.#dialect = dialect;
    const { escapeByte, quote, relaxQuotes } = dialect;
    const isByTheBook = !relaxQuotes && (escapeByte === quote || escapeByte < 0);
    this.#closings = isByTheBook ? new ClosingQuotes(dialect) : null;
  }

  /** To be called when the bytes are others than before. */
  reset(): void {
    this.#closings?.reset();
  }

  /** The record at `start`, of bytes that go on to `end`; with `final`, none follow. */
  measure(bytes: Buffer, start: number, end: number, final: boolean): RecordBounds {
    const { delimiter, quote, escapeByte, comment, relaxQuotes, skipInitialSpace } = this.#dialect;
    const closings = this.#closings;
    let quoting = false;
    let wasQuoting = false;
    let escaping = false;
    let commenting = false;
    let cells = 0;
    let length = 0;
    for (let i = start; i < end; i++) {
      const c = bytes[i]!;
      const hasNext = i + 1 < end;
      if (!hasNext && !final) break;
      if (escaping) {
        escaping = false;
        length++;
        continue;
      }
      if (quoting && c === escapeByte && hasNext && (escapeByte !== quote || bytes[i + 1] === quote)) {
        escaping = true;
        continue;
      }
      if (!commenting && c === quote) {
        if (quoting) {
          if (!hasNext || closes(bytes[i + 1]!, this.#dialect)) {
            quoting = false;
            wasQuoting = true;
            continue;
          }
          if (relaxQuotes) {
            quoting = false;
            wasQuoting = true;
            length++;
          }
        } else if (length === 0) {
          quoting = true;
          if (!closings) continue;
          const closing = closings.after(bytes, i + 1, end, final);
          if (closing < 0) break;
          quoting = false;
          wasQuoting = true;
          // What is within the quotes does not matter, only that csv-parse then takes a quote to come for a stray one.
          length += closing > i + 1 ? 1 : 0;
          i = closing;
          continue;
        }
      }
      if (!quoting) {
        if (c === LF || c === CR) {
          const next = c === CR && hasNext && bytes[i + 1] === LF ? i + 2 : i + 1;
          const isLine = !wasQuoting && cells === 0 && length === 0;
          return { kind: isLine ? 'line' : 'record', end: i, next };
        }
        if (commenting) continue;
        if (c === comment && cells === 0 && length === 0) {
          commenting = true;
          continue;
        }
        if (c === delimiter) {
          cells++;
          length = 0;
          wasQuoting = false;
          continue;
        }
        const white = skipInitialSpace && length === 0 ? whiteSpaceAt(bytes, i) : 0;
        if (white > 0) {
          i += white - 1;
          continue;
        }
      }
      length++;
    }
    const isLine = !quoting && !wasQuoting && cells === 0 && length === 0;
    // The last byte may be part of a line break yet.
    if (!final) return { kind: commenting && isLine ? 'partial-comment' : 'partial', end: end - 1, next: start };
    return { kind: isLine ? 'line' : quoting ? 'open' : 'record', end, next: end };
  }
}

/** Line breaks in `bytes[start, end)`; CRLF counts once. */
export function lineBreaks(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c === LF || (c === CR && !(i + 1 < end && bytes[i + 1] === LF))) count++;
  }
  return count;
}
