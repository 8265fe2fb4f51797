import { TillstreamError } from '../../engine/errors.ts';
import { dataNames } from '../dead-letter/added-columns.ts';
import { isUtf8Name } from './code-page.ts';
import { ContentHash } from './content-hash.ts';
import type { Dialect } from './dialect.ts';
import { decodedFeed, plainFeed } from './feed.ts';
import { type FileFormat, readFormat } from './file-format.ts';
import { fieldNames, firstRecord, placeNames, rejectedHeader } from './header.ts';
import { type OpenFile, openFile } from './open-file.ts';
import type { Window } from './scanner.ts';
import type { SourceState } from './source-state.ts';
import { WINDOW_BYTES, Windows } from './windows.ts';

export interface TextReaderOptions {
  readonly path: string;
  readonly dialect: Dialect;
  /** Names of the fields of a file without a header. */
  readonly fields?: readonly string[];
  readonly resume?: SourceState;
  readonly signal: AbortSignal;
  readonly windowBytes?: number;
}

/** What the beginning of a file says about the rest. */
export interface Layout {
  readonly names: readonly string[];
  /** The header's cells as they stand in the file; null without a header. */
  readonly header: readonly string[] | null;
  /** Line break after the first record. */
  readonly newline: string;
  /** Line of the first record that is data. */
  readonly line: number;
}

/** A file open at its first record, or at the one where an earlier reading stopped. */
export interface TextReader {
  readonly format: FileFormat;
  readonly layout: Layout;
  readonly windows: Windows;
  readonly hash: ContentHash;
  /** The window at hand, and the place in it of the next record. */
  readonly window: Window;
  readonly position: number;
  /** At the end of the reading: makes the hash that of the whole file. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for reading. Throws what {@link openFile}, {@link readFormat} and {@link firstRecord} throw, and `file_changed`. */
export async function openText(options: TextReaderOptions): Promise<TextReader> {
  const file = await openFile(options.path);
  let windows: Windows | undefined;
  try {
    const format = await formatOf(file, options);
    const { resume } = options;
    const hash = resume
      ? await ContentHash.ofPrefix(file.handle, resume.hashedBytes, resume.sha256, options.signal)
      : new ContentHash();
    windows = await windowsOf(file, format, hash, options);
    const opened = resume ? await continued(windows, resume) : await begun(windows, options);
    const close = closer(windows, file);
    return { format, hash, windows, ...opened, finish: () => hash.finish(file.handle), close };
  } catch (error) {
    await closer(windows, file)().catch(() => {});
    throw error;
  }
}

function closer(windows: Windows | undefined, file: OpenFile): () => Promise<void> {
  return async () => {
    try {
      await windows?.close();
    } finally {
      await file.handle.close();
    }
  };
}

async function formatOf(file: OpenFile, { path, dialect, resume }: TextReaderOptions): Promise<FileFormat> {
  if (!resume) return readFormat(path, file, dialect);
  const { compression, encoding } = resume;
  const isPlain = compression === 'none' && isUtf8Name(encoding);
  return { compression, encoding, bomBytes: 0, isPlain, because: 'as before' };
}

async function windowsOf(
  file: OpenFile,
  format: FileFormat,
  hash: ContentHash,
  { path, resume, windowBytes = WINDOW_BYTES }: TextReaderOptions,
): Promise<Windows> {
  const { handle } = file;
  const offset = resume?.offset ?? 0;
  if (!format.isPlain)
    return new Windows(decodedFeed({ path, handle, format, hash, skip: offset }), offset, windowBytes);
  if (resume) return new Windows(plainFeed(handle, offset), offset, windowBytes);
  const mark = Buffer.from([0xef, 0xbb, 0xbf]).subarray(0, format.bomBytes);
  hash.update(mark);
  return new Windows(plainFeed(handle, mark.length), mark.length, windowBytes);
}

type Opened = Pick<TextReader, 'layout' | 'window' | 'position'>;

async function continued(windows: Windows, resume: SourceState): Promise<Opened> {
  const window = (await windows.next())!; // a feed's first window is never null
  const { names, header, newline, line } = resume;
  return { layout: { names, header, newline, line }, window, position: window.from };
}

async function begun(windows: Windows, { path, dialect, fields }: TextReaderOptions): Promise<Opened> {
  let window = (await windows.next())!; // a feed's first window is never null
  const rejected = rejectedHeader(window, dialect);
  let first = rejected ?? firstRecord(window, dialect);
  while (first === 'partial') {
    if (window.to - window.from > dialect.maxRecordBytes + WINDOW_BYTES) {
      throw new TillstreamError(
        'bad_header',
        `the first record of "${path}" is longer than ${dialect.maxRecordBytes} bytes`,
      );
    }
    window = (await windows.next(window.from))!; // 'partial' comes only of windows that are not final
    first = firstRecord(window, dialect);
  }
  if (!first) throw new TillstreamError('empty_file', `"${path}" holds no record`, { file: path });
  const { cells, newline } = first;
  if (!dialect.header && !rejected) {
    const names = fields ? checked(path, fields, cells.length) : placeNames(cells.length);
    return { layout: { names, header: null, newline, line: first.line }, window, position: first.start };
  }
  const names = fieldNames(cells);
  if (fields) agreed(path, dataNames(names), fields);
  return { layout: { names, header: cells, newline, line: first.nextLine }, window, position: first.next };
}

function checked(path: string, fields: readonly string[], count: number): readonly string[] {
  if (fields.length === count) return fields;
  throw mismatch(
    path,
    `its first record has ${count} cells where ${fields.length} fields are expected: ${fields.join(', ')}`,
  );
}

function agreed(path: string, names: readonly string[], fields: readonly string[]): void {
  if (names.length === fields.length && names.every((name, i) => name === fields[i])) return;
  throw mismatch(path, `its header is ${names.join(', ')} where ${fields.join(', ')} is expected`);
}

function mismatch(path: string, what: string): TillstreamError {
  return new TillstreamError('header_mismatch', `"${path}" has other fields: ${what}`, { file: path });
}
