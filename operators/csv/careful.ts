import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Fault } from '../../engine/operator.ts';
import type { DialectBytes } from './dialect.ts';
import { whiteSpaceAt } from './white-space.ts';

/** Where a record ends. */
export interface RecordBounds {
  /** `line` is a comment or empty line, `partial` means that the rest of the record is not here yet. */
  readonly kind: 'record' | 'line' | 'partial';
  readonly end: number;
  /** First byte after the line break. */
  readonly next: number;
  /** What there is of a partial record is a comment. */
  readonly isComment: boolean;
}

const LF = 10;
const CR = 13;

/**
 * Walks records as csv-parse 7 walks them when it skips faulty ones: a quote within an unquoted cell is text, text after
 * a closing quote means that the cell goes on. Says only where a record ends; what is in it, and whether it is
 * faulty, is asked of csv-parse itself, see {@link parseRecord}.
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
          return {
            kind: isLine ? 'line' : 'record',
            end: i,
            next,
            isComment: false,
          };
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
    if (!final) return { kind: 'partial', end: end - 1, next: start, isComment: commenting && isLine };
    return { kind: isLine ? 'line' : 'record', end, next: end, isComment: false };
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

/**
 * Finds the quotes that end quoted cells. Where quotes are left open on many lines, each of them has all of the rest of the
 * file to look through; remembering the last search keeps that from taking time in proportion to the square of its size.
 */
class ClosingQuotes {
  readonly #dialect: DialectBytes;
  /** Of searches from a place in `[#from, #to]`, `#closing` is the result: what is in between closes nothing. */
  #from = 0;
  #to = -1;
  #closing = -1;

  constructor(dialect: DialectBytes) {
    this.#dialect = dialect;
  }

  reset(): void {
    this.#to = -1;
  }

  /** The closing quote of a cell whose text begins at `start`, -1 if there is none before `end`. */
  after(bytes: Buffer, start: number, end: number, final: boolean): number {
    const run = this.#run(bytes, start, end);
    if (this.#isClosing(bytes, start, run, end, final)) return run - 1;
    if (run >= this.#from && run <= this.#to) return this.#closing;
    this.#closing = -1;
    this.#from = run;
    this.#to = end;
    const view = bytes.subarray(0, end);
    const { quote } = this.#dialect;
    for (let at = view.indexOf(quote, run); at >= 0; ) {
      const next = this.#run(bytes, at, end);
      if (this.#isClosing(bytes, at, next, end, final)) {
        this.#to = at;
        this.#closing = next - 1;
        break;
      }
      at = view.indexOf(quote, next);
    }
    return this.#closing;
  }

  /** Past the quotes at `start`. */
  #run(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] === this.#dialect.quote) at++;
    return at;
  }

  /** Does the run of quotes `[start, end)` close a cell? Two of them stand for one, if quotes are doubled. */
  #isClosing(bytes: Buffer, start: number, end: number, to: number, final: boolean): boolean {
    const { escapeByte } = this.#dialect;
    if (start === end || (escapeByte >= 0 && (end - start) % 2 === 0)) return false;
    return end === to ? final : closes(bytes[end]!, this.#dialect);
  }
}

/** csv-parse also takes a NUL for the end of a quoted cell. */
function closes(next: number, dialect: DialectBytes): boolean {
  return next === dialect.delimiter || next === LF || next === CR || next === 0 || next === dialect.comment;
}

/** The cells of one record, or why it has none. */
export type ParsedRecord = { readonly cells: readonly string[] } | { readonly fault: Fault };

/** Lets csv-parse read one record, whose bounds {@link RecordWalk} found. */
export function parseRecord(raw: Buffer, dialect: DialectBytes): ParsedRecord {
  try {
    const [cells] = parse(raw, {
      delimiter: String.fromCharCode(dialect.delimiter),
      quote: characterOf(dialect.quote),
      escape: characterOf(dialect.escapeByte),
      comment: characterOf(dialect.comment),
      comment_no_infix: true,
      ltrim: dialect.skipInitialSpace,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: dialect.relaxQuotes,
      skip_empty_lines: true,
    });
    return { cells: cells ?? [] };
  } catch (error) {
    return { fault: faultOf(error as CsvError & { column?: number }) };
  }
}

function characterOf(byte: number): string | null {
  return byte < 0 ? null : String.fromCharCode(byte);
}

const MESSAGES: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'text follows the closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside an unquoted cell',
  CSV_QUOTE_NOT_CLOSED: 'the quote is never closed',
};

function faultOf(error: CsvError & { column?: number }): Fault {
  const what = MESSAGES[error.code];
  if (!what) throw error;
  const place = typeof error.column === 'number' ? ` in cell ${error.column + 1}` : '';
  return { code: 'bad_quoting', message: `${what}${place}` };
}
