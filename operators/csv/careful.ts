import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Fault } from '../../engine/operator.ts';
import type { DialectBytes } from './dialect.ts';
import { whiteSpaceAt } from './white-space.ts';

/** Where a record ends; see {@link measureRecord}. */
export interface RecordBounds {
  /** `line` is a comment or empty line, `partial` means that the rest of the record is not here yet. */
  readonly kind: 'record' | 'line' | 'partial';
  readonly end: number;
  /** First byte after the line break. */
  readonly next: number;
  /** Line breaks up to `next`. */
  readonly lines: number;
}

const LF = 10;
const CR = 13;

/**
 * Walks the record at `start` as csv-parse 7 walks it when it skips faulty records: a quote within an unquoted cell is text,
 * text after a closing quote means that the cell goes on. Says only where the record ends; what is in it, and whether
 * it is faulty, is asked of csv-parse itself, see {@link parseRecord}.
 */
export function measureRecord(
  bytes: Uint8Array,
  start: number,
  end: number,
  final: boolean,
  dialect: DialectBytes,
): RecordBounds {
  const { delimiter, quote, escapeByte, comment, relaxQuotes, skipInitialSpace } = dialect;
  let quoting = false;
  let wasQuoting = false;
  let escaping = false;
  let commenting = false;
  let cells = 0;
  let length = 0;
  let lines = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    const hasNext = i + 1 < end;
    if (!hasNext && !final) break;
    const isBreak = c === LF || (c === CR && !(hasNext && bytes[i + 1] === LF));
    if (isBreak) lines++;
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
        if (!hasNext || closes(bytes[i + 1]!, dialect)) {
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
        continue;
      }
    }
    if (!quoting) {
      if (c === LF || c === CR) {
        const next = c === CR && bytes[i + 1] === LF && hasNext ? i + 2 : i + 1;
        const isLine = !wasQuoting && cells === 0 && length === 0;
        return { kind: isLine ? 'line' : 'record', end: i, next, lines: isBreak ? lines : lines + 1 };
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
  // The last byte may be part of a line break yet.
  if (!final) return { kind: 'partial', end: end - 1, next: start, lines: 0 };
  const isLine = !quoting && !wasQuoting && cells === 0 && length === 0;
  return { kind: isLine ? 'line' : 'record', end, next: end, lines };
}

/** csv-parse also takes a NUL for the end of a quoted cell. */
function closes(next: number, dialect: DialectBytes): boolean {
  return next === dialect.delimiter || next === LF || next === CR || next === 0 || next === dialect.comment;
}

/** The cells of one record, or why it has none. */
export type ParsedRecord = { readonly cells: readonly string[] } | { readonly fault: Fault };

/** Lets csv-parse read one record, whose bounds {@link measureRecord} found. */
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
