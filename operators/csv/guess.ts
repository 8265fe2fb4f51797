import { type CellKind, kindOf, readsAsCell } from './cell-kind.ts';
import { parse } from './csv-parse.ts';
import type { Dialect } from './dialect.ts';
import { readHead } from './head.ts';

/** A dialect that was tried, and how well the beginning of the file reads in it, from 0 to 1. */
export interface TriedDialect {
  readonly delimiter: string;
  readonly quoteChar: string | null;
  readonly escapeChar?: string;
  readonly relaxQuotes?: boolean;
  readonly score: number;
}

export interface DialectGuess {
  /** What differs from the usual dialect. */
  readonly dialect: Partial<Dialect>;
  readonly score: number;
  /** All that was tried, the best first. */
  readonly tried: readonly TriedDialect[];
  /** What speaks for it, as sentences. */
  readonly evidence: readonly string[];
}

type Candidate = Omit<TriedDialect, 'score'>;

interface Read extends TriedDialect {
  readonly records: readonly (readonly string[])[];
  /** Physical line, from 1, at which each record ends. */
  readonly lines: readonly number[];
  /** The usual number of cells. */
  readonly width: number;
}

const DELIMITERS: readonly string[] = [',', ';', '\t', '|'];
const RECORDS = 300;

/**
 * Guesses how a file is written from its beginning: the delimiter and quotes with which most records have the same
 * number of cells and most cells look like values, the lines before its table, and whether that has a header.
 */
export async function guessDialect(path: string): Promise<DialectGuess> {
  const { text, format } = await readHead(path);
  const reads = candidates(text).map((candidate) => readAs(text, candidate));
  reads.sort((a, b) => b.score - a.score); // stable: of equals the more usual comes first
  const best = reads[0]!; // there are always candidates
  const { skipRows, first } = tableStart(best);
  const header = hasHeader(best.records.slice(first), best.width);
  const dialect: Partial<Dialect> = {
    ...(best.delimiter !== ',' && { delimiter: best.delimiter }),
    ...(best.quoteChar !== '"' && { quoteChar: best.quoteChar }),
    ...(best.escapeChar !== undefined && { escapeChar: best.escapeChar }),
    ...(best.relaxQuotes && { relaxQuotes: true }),
    ...(skipRows > 0 && { skipRows }),
    ...(!header && { header }),
  };
  const evidence = [
    `encoding ${format.encoding}: ${format.because}`,
    `delimiter ${JSON.stringify(best.delimiter)}: ${share(best)} of the first ${best.records.length} records have ${best.width} cells`,
    header ? 'the first record reads like a header' : 'the first record reads like the others, not like a header',
    ...(skipRows > 0 ? [`the table begins after ${skipRows} lines of something else`] : []),
  ];
  const tried = reads.map(({ records: _, lines: __, width: ___, ...candidate }) => candidate);
  return { dialect, score: best.score, tried, evidence };
}

function candidates(text: string): Candidate[] {
  const found: Candidate[] = [];
  for (const quoteChar of ['"', null, "'"]) {
    for (const delimiter of DELIMITERS) {
      found.push({ delimiter, quoteChar });
      if (quoteChar === '"') found.push({ delimiter, quoteChar, relaxQuotes: true });
      if (quoteChar && text.includes(`\\${quoteChar}`)) found.push({ delimiter, quoteChar, escapeChar: '\\' });
    }
  }
  return found;
}

interface ParsedRow {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function readAs(text: string, candidate: Candidate): Read {
  let faulty = 0;
  const rows = parse(text, {
    delimiter: candidate.delimiter,
    quote: candidate.quoteChar,
    escape: candidate.escapeChar ?? candidate.quoteChar,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: candidate.relaxQuotes ?? false,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => {
      faulty++;
    },
    info: true,
    to: RECORDS,
  }) as unknown as ParsedRow[];
  const records = rows.map(({ record }) => record);
  const width = usualWidth(records);
  const score = trust(candidate) * scoreOf(records, width, faulty, candidate.delimiter);
  return { ...candidate, records, lines: rows.map(({ info }) => info.lines), width, score };
}

/** A few faulty quotes are faults, not another way of writing: what is unusual must read clearly better. */
function trust({ quoteChar, relaxQuotes }: Candidate): number {
  if (quoteChar === '"') return relaxQuotes ? 0.9 : 1;
  return quoteChar === null ? 0.85 : 0.8;
}

/** Share of regular records × share of cells that look like values × (1 − 1/cells): more cells are better, one is poor. */
function scoreOf(records: readonly (readonly string[])[], width: number, faulty: number, delimiter: string): number {
  if (records.length === 0) return 0;
  const regular = records.filter((record) => record.length === width);
  const cells = regular.flat();
  const others = DELIMITERS.filter((other) => other !== delimiter);
  const valuelike = cells.filter((cell) => readsAsCell(cell, others)).length / Math.max(1, cells.length);
  const consistency = regular.length / (records.length + faulty);
  return consistency * valuelike * (width > 1 ? 1 - 1 / width : 0.25);
}

function usualWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [1, 0])[0];
}

function share({ records, width }: Read): string {
  const regular = records.filter((record) => record.length === width).length;
  return `${Math.round((100 * regular) / Math.max(1, records.length))} %`;
}

/** Lines, and records in them, before the first record with the usual number of cells, most of them filled. */
function tableStart({ records, lines, width }: Read): { skipRows: number; first: number } {
  const isFull = (record: readonly string[]) => record.filter((cell) => cell.trim() !== '').length > width / 2;
  const first = records.findIndex((record) => record.length === width && isFull(record));
  return first > 0 ? { skipRows: lines[first - 1]!, first } : { skipRows: 0, first: 0 };
}

/** A header names: none of its cells is a number or date, all differ, and in columns of numbers or dates it stands out. */
function hasHeader(records: readonly (readonly string[])[], width: number): boolean {
  const [head, ...rest] = records.filter((record) => record.length === width);
  if (!head) return true;
  const kinds = head.map(kindOf);
  if (kinds.some((kind) => kind === 'number' || kind === 'date')) return false;
  if (rest.length === 0) return true;
  const named = head.filter((cell) => cell.trim() !== '');
  if (new Set(named).size < named.length) return false;
  const standsOut = head.some((_, column) => isValueColumn(rest.map((record) => kindOf(record[column]!))));
  if (standsOut) return true;
  // All columns are text: a name is not met again among its column's values.
  return head.every((cell, column) => rest.every((record) => record[column] !== cell));
}

function isValueColumn(kinds: readonly CellKind[]): boolean {
  const filled = kinds.filter((kind) => kind !== 'empty');
  const values = filled.filter((kind) => kind !== 'text');
  return values.length > 0 && values.length >= filled.length * 0.6;
}
