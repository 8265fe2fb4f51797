import { bytes as someBytes } from '../../engine/arrays.ts';
import { giveBack } from '../../engine/memory.ts';
import { isUtf8Name } from './code-page.ts';
import { type Dialect, dialectBytes, fillDialect } from './dialect.ts';
import { plainFeed } from './feed.ts';
import { openFile } from './open-file.ts';
import { type Scanned, Scanner, type Window } from './scanner.ts';
import { openText, type TextReader } from './text-reader.ts';
import { Windows } from './windows.ts';

/** The beginning of a file. */
export interface HeaderReading {
  /** Field names, trimmed and made unique; made up where the file has no header. */
  readonly names: readonly string[];
  /** The header's cells as they stand in the file; null without a header. */
  readonly header: readonly string[] | null;
  readonly encoding: string;
  readonly compression: 'none' | 'gzip';
  /** Line break after the first record. */
  readonly newline: string;
  /** Its first records, at most 50; faulty ones are left out. */
  readonly firstRecords: readonly (readonly string[])[];
}

const FIRST_RECORDS = 50;
const PLACE_BYTES = 65_536;
/** Looked at first for the records that are wanted. */
const FIRST_BYTES = 16_384;
/** Room for what the scanner writes behind them. */
const TAILROOM = 4_096;

/** Reads header and first records. Throws what the CSV source would: `file_not_found`, `empty_file`, `binary_file`, … */
export async function readHeader(path: string, dialect: Partial<Dialect> = {}): Promise<HeaderReading> {
  const filled = fillDialect(dialect);
  const reader = await open(path, filled);
  try {
    const { names, header, newline } = reader.layout;
    const { encoding, compression } = reader.format;
    const firstRecords = recordsOf(reader, filled, { ...reader.window, from: reader.position }, FIRST_RECORDS);
    return { names, header, encoding, compression, newline, firstRecords };
  } finally {
    await reader.close();
  }
}

export interface SampleOptions {
  /** Places spread evenly over the file, the first being its beginning. */
  readonly places: number;
  readonly recordsPerPlace: number;
}

/**
 * Sound records from several places of a file. Within a compressed or transcoded file one cannot jump:
 * there the places follow one another from the beginning.
 */
export async function sampleRecords(
  path: string,
  dialect: Partial<Dialect>,
  { places, recordsPerPlace }: SampleOptions,
): Promise<string[][]> {
  const filled = fillDialect(dialect);
  const reader = await open(path, filled);
  try {
    const records: string[][] = [];
    for await (const window of placesOf(path, reader, places)) {
      records.push(...recordsOf(reader, filled, window, recordsPerPlace));
    }
    return records;
  } finally {
    await reader.close();
  }
}

function open(path: string, dialect: Dialect): Promise<TextReader> {
  return openText({ path, dialect, signal: new AbortController().signal, windowBytes: PLACE_BYTES });
}

async function* placesOf(path: string, reader: TextReader, places: number): AsyncGenerator<Window, void> {
  const first: Window = { ...reader.window, from: reader.position };
  yield first;
  if (!reader.format.isPlain) {
    for (let place = 1; place < places; place++) {
      const window = await reader.windows.next(reader.windows.end);
      if (!window) return;
      yield afterLineBreak(window);
    }
    return;
  }
  const { handle, sizeBytes } = await openFile(path);
  try {
    const step = Math.max(PLACE_BYTES, Math.floor(sizeBytes / places));
    for (let at = step; at < sizeBytes; at += step) {
      const window = await new Windows(plainFeed(handle, at), at, PLACE_BYTES).next();
      if (window) yield afterLineBreak(window);
    }
  } finally {
    await handle.close();
  }
}

/** The window from its second line on: the first is cut. */
function afterLineBreak(window: Window): Window {
  let { from } = window;
  while (from < window.to && window.bytes[from] !== 10) from++;
  return { ...window, from: Math.min(from + 1, window.to) };
}

/** The first records of a window: mostly they stand in its first bytes, and scanning the rest would take longer than all else. */
function recordsOf(reader: TextReader, dialect: Dialect, window: Window, most: number): string[][] {
  const { bytes, from, to } = window;
  if (to - from <= FIRST_BYTES) return scanned(reader, dialect, window, most);
  // The scanner writes behind what it scans.
  const first = someBytes(FIRST_BYTES + TAILROOM);
  bytes.copy(first, 0, from, from + FIRST_BYTES);
  const records = scanned(reader, dialect, { bytes: first, from: 0, to: FIRST_BYTES, final: false }, most);
  giveBack(first);
  return records.length >= most ? records : scanned(reader, dialect, window, most);
}

function scanned({ layout, format }: TextReader, dialect: Dialect, window: Window, most: number): string[][] {
  const checkUtf8 = isUtf8Name(format.encoding);
  const scanner = new Scanner({ dialect: dialectBytes(dialect), ...layout, checkUtf8 });
  const records: string[][] = [];
  for (const each of scanner.scan(window)) {
    const { block } = each;
    for (let row = 0; row < block.rows && records.length < most; row++) records.push(cellsOf(each, row));
    for (const array of [block.starts, block.ends, block.recordStarts, block.recordEnds, block.lines]) giveBack(array);
    if (records.length >= most) break;
  }
  return records;
}

function cellsOf({ bytes, block }: Scanned, row: number): string[] {
  const { stride, starts, ends } = block;
  return Array.from({ length: stride }, (_, column) => {
    const cell = row * stride + column;
    return bytes.toString('utf8', starts[cell], ends[cell]);
  });
}
