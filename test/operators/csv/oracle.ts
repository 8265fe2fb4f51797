import { isUtf8 } from 'node:buffer';
import { type Options, Parser } from 'csv-parse';
import type { Dialect } from '../../../operators/csv/dialect.ts';

/** A record as csv-parse sees it. */
export interface OracleRecord {
  readonly cells: readonly string[];
  readonly faulty: boolean;
  /** Bounds in the input, without the line break. */
  readonly start: number;
  readonly end: number;
  /** Physical line where it begins, from 1. */
  readonly line: number;
  /** csv-parse's own count of lines at its end. */
  readonly lastLine: number;
  readonly validUtf8: boolean;
  /** Ends the file with a quote open. */
  readonly open: boolean;
}

interface ParserState {
  record: string[];
  recordHasError: boolean;
  quoting: boolean;
}

/** csv-parse's insides, watched as it finishes each record: it does not tell where a faulty record ends. */
interface Insides {
  state: ParserState;
  info: { bytes: number; lines: number };
  __onRecord(push: unknown): unknown;
  parse(bytes: Buffer, end: boolean, push: () => void, close: () => void): Error | undefined;
}

export function csvParseOptions(dialect: Dialect): Options {
  return {
    delimiter: dialect.delimiter,
    quote: dialect.quoteChar,
    escape: dialect.escapeChar ?? (dialect.doubleQuote ? dialect.quoteChar : null),
    comment: dialect.commentChar ?? null,
    comment_no_infix: true,
    ltrim: dialect.skipInitialSpace,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: dialect.relaxQuotes,
    skip_empty_lines: true,
    skip_records_with_error: true,
    info: true,
    bom: true,
  };
}

/** All records of `bytes` by csv-parse itself, in one piece; `bom` says whether a byte order mark may come first. */
export function oracle(bytes: Buffer, dialect: Dialect, bom = true): OracleRecord[] {
  // csv-parse would take FF FE for the mark of UTF-16, which is for the source to decode before.
  const hasMark = bom && bytes[0] === 0xef;
  const parser = new Parser({ ...csvParseOptions(dialect), bom: hasMark }) as unknown as { api: Insides };
  const { api } = parser;
  const records: OracleRecord[] = [];
  let from = 0;
  const note = (faulty: boolean, next: number, lastLine: number, cells: readonly string[]): void => {
    const start = skipLines(bytes, from, dialect, bom);
    // A quote that is never closed takes all that follows, line breaks too.
    const end = api.state.quoting ? next : withoutBreak(bytes, start, next);
    const validUtf8 = isUtf8(bytes.subarray(start, end));
    records.push({
      cells,
      faulty,
      start,
      end,
      line: 1 + breaks(bytes, 0, start),
      lastLine,
      validUtf8,
      open: api.state.quoting,
    });
    from = next;
  };
  const onRecord = api.__onRecord;
  api.__onRecord = function watched(this: Insides, push: unknown): unknown {
    note(this.state.recordHasError, this.info.bytes, this.info.lines, [...this.state.record]);
    return onRecord.call(this, push);
  };
  const error = api.parse(
    bytes,
    true,
    () => {},
    () => {},
  );
  if (error) throw error;
  if (api.state.quoting) note(true, bytes.length, api.info.lines, []);
  return records;
}

/** Past empty lines, comments and a byte order mark. */
function skipLines(bytes: Buffer, from: number, dialect: Dialect, bom: boolean): number {
  let at = bom && from === 0 && bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : from;
  for (;;) {
    let end = at;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
    const line = trimmed(bytes.toString('utf8', at, end), dialect);
    const isComment = dialect.commentChar !== undefined && line.startsWith(dialect.commentChar);
    if (end === bytes.length || !(isComment || line === '')) return at;
    at = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
  }
}

function trimmed(line: string, { skipInitialSpace, delimiter }: Dialect): string {
  let start = 0;
  while (skipInitialSpace && start < line.length && line[start] !== delimiter && line[start]!.trim() === '') start++;
  return line.slice(start);
}

function withoutBreak(bytes: Buffer, start: number, next: number): number {
  if (next > start && bytes[next - 1] === 13) return next - 1;
  if (next > start && bytes[next - 1] === 10) return bytes[next - 2] === 13 ? next - 2 : next - 1;
  return next;
}

/** Line breaks in `bytes[start, end)`: CRLF counts once. */
export function breaks(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) count++;
  }
  return count;
}
