import { TillstreamError } from '../../engine/errors.ts';
import { isRejected, REASON_COLUMN } from '../dead-letter/added-columns.ts';
import { type Dialect, type DialectBytes, dialectBytes } from './dialect.ts';
import { type ParsedRecord, parseRecord } from './parse-record.ts';
import { lineBreaks, RecordWalk } from './record-walk.ts';
import type { Window } from './scanner.ts';

/** The first record of a window and where the next begins. */
export interface FirstRecord {
  readonly cells: readonly string[];
  readonly start: number;
  readonly next: number;
  /** Line of the record, and of what follows it. */
  readonly line: number;
  readonly nextLine: number;
  /** Line break after the record; empty where it is the last. */
  readonly newline: string;
}

/**
 * The first record after `skipRows` lines, comments and empty lines; 'partial' if the window does not hold all of it, null if there is none.
 * Throws `bad_header` where its quotes are faulty.
 */
export function firstRecord(window: Window, dialect: Dialect): FirstRecord | 'partial' | null {
  const { bytes, to, final } = window;
  const parts = dialectBytes(dialect);
  const walk = new RecordWalk(parts);
  const preamble = skipLines(window, dialect.skipRows);
  if (!preamble) return 'partial';
  let { position, line } = preamble;
  while (position < to) {
    const bounds = walk.measure(bytes, position, to, final);
    if (bounds.kind === 'partial' || bounds.kind === 'partial-comment') return 'partial';
    const nextLine = line + lineBreaks(bytes, position, bounds.next);
    if (bounds.kind !== 'line') {
      const parsed = parsedHeader(bytes.subarray(position, bounds.end), parts);
      if ('fault' in parsed)
        throw new TillstreamError('bad_header', `the first record cannot be read: ${parsed.fault.message}`, { line });
      const newline = bytes.toString('latin1', bounds.end, bounds.next);
      return { cells: parsed.cells, start: position, next: bounds.next, line, nextLine, newline };
    }
    position = bounds.next;
    line = nextLine;
  }
  return final ? null : 'partial';
}

/** The record parsed last: files of one kind have the same header, and csv-parse takes its time over a single record. */
let last: { readonly raw: Buffer; readonly dialect: string; readonly parsed: ParsedRecord } | null = null;

function parsedHeader(raw: Buffer, parts: DialectBytes): ParsedRecord {
  const dialect = JSON.stringify(parts);
  if (last && last.dialect === dialect && last.raw.equals(raw)) return last.parsed;
  const parsed = parseRecord(raw, parts);
  last = { raw: Buffer.from(raw), dialect, parsed };
  return parsed;
}

/**
 * The header of a file of rejected records: its first record, whatever the dialect says of lines to skip and of headers. Null of any
 * other file.
 */
export function rejectedHeader(window: Window, dialect: Dialect): FirstRecord | null {
  const { bytes, from, to } = window;
  if (!bytes.subarray(from, to).includes(REASON_COLUMN)) return null;
  try {
    const first = firstRecord(window, { ...dialect, skipRows: 0 });
    return first && first !== 'partial' && isRejected(fieldNames(first.cells)) ? first : null;
  } catch (error) {
    // Lines before a table need not be records.
    if (error instanceof TillstreamError && error.code === 'bad_header') return null;
    throw error;
  }
}

/** The place after so many line breaks; null if the window ends before. */
function skipLines({ bytes, from, to, final }: Window, count: number): { position: number; line: number } | null {
  let position = from;
  let line = 1;
  while (line <= count) {
    while (position < to && bytes[position] !== 10 && bytes[position] !== 13) position++;
    if (position + 1 >= to && !final) return null;
    if (position >= to) break;
    position += bytes[position] === 13 && position + 1 < to && bytes[position + 1] === 10 ? 2 : 1;
    line++;
  }
  return { position, line };
}

/**
 * Field names from a header's cells: white space around them is taken off, an empty name becomes `column_N` (N being its
 * place, from 1), and a name that was there before gets the first of `_2`, `_3`, … that makes it unlike all others.
 */
export function fieldNames(cells: readonly string[]): string[] {
  const trimmed = cells.map((cell, i) => cell.trim() || `column_${i + 1}`);
  const reserved = new Set(trimmed);
  const taken = new Set<string>();
  return trimmed.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) if (!reserved.has(`${name}_${n}`)) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}

/** Names for a file without a header: `column_1`, `column_2`, … */
export function placeNames(count: number): string[] {
  return fieldNames(Array.from({ length: count }, () => ''));
}
