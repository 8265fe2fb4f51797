import type { CsvError } from 'csv-parse';
import type { Fault } from '../../engine/operator.ts';
import { parse } from './csv-parse.ts';
import type { DialectBytes } from './dialect.ts';

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
