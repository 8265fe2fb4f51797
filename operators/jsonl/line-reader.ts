import { isUtf8Name } from '../csv/code-page.ts';
import { ContentHash } from '../csv/content-hash.ts';
import { fillDialect } from '../csv/dialect.ts';
import { decodedFeed, type Feed, plainFeed } from '../csv/feed.ts';
import { type FileFormat, readFormat } from '../csv/file-format.ts';
import { type OpenFile, openFile } from '../csv/open-file.ts';
import type { Window } from '../csv/scanner.ts';
import { Windows } from '../csv/windows.ts';
import type { LineState } from './line-state.ts';

export interface LineReaderOptions {
  readonly path: string;
  readonly encoding: string;
  readonly compression: 'auto' | 'none' | 'gzip';
  readonly resume?: LineState;
  readonly signal: AbortSignal;
}

/** Opens a file of lines. Throws what {@link openFile} and {@link readFormat} throw, and `file_changed`. */
export async function openLines({
  path,
  encoding,
  compression,
  resume,
  signal,
}: LineReaderOptions): Promise<LineReader> {
  const file = await openFile(path);
  try {
    const format = resume
      ? {
          ...resume,
          bomBytes: 0,
          isPlain: resume.compression === 'none' && isUtf8Name(resume.encoding),
          because: 'as before',
        }
      : await readFormat(path, file, fillDialect({ encoding, compression }));
    const hash = resume
      ? await ContentHash.ofPrefix(file.handle, resume.hashedBytes, resume.sha256, signal)
      : new ContentHash();
    return new LineReader(path, file, format, hash, resume);
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A file's text in windows, and where its reading stands. */
export class LineReader {
  /** Number of the first line, and its offset in the text. */
  readonly line: number;
  readonly offset: number;
  readonly #file: OpenFile;
  readonly #format: FileFormat;
  readonly #hash: ContentHash;
  readonly #windows: Windows;
  #bytes: Buffer = UTF8_MARK;

  constructor(path: string, file: OpenFile, format: FileFormat, hash: ContentHash, resume: LineState | undefined) {
    this.line = resume?.line ?? 1;
    this.offset = resume?.offset ?? (format.isPlain ? format.bomBytes : 0);
    this.#file = file;
    this.#format = format;
    this.#hash = hash;
    if (format.isPlain && !resume) hash.update(UTF8_MARK.subarray(0, format.bomBytes));
    this.#windows = new Windows(this.#feed(path), this.offset);
  }

  /** Bytes of the file that were read. */
  get bytes(): number {
    return this.#hash.bytes;
  }

  offsetOf(position: number): number {
    return this.#windows.offsetOf(position);
  }

  /** The next window, of which what was not `consumed` of the last is the beginning. */
  async next(consumed: number): Promise<Window | null> {
    const window = await this.#windows.next(consumed);
    if (window) this.#bytes = window.bytes;
    return window;
  }

  /** Those bytes of the window will not be looked at again. */
  consumed(from: number, to: number): void {
    if (this.#format.isPlain) this.#hash.update(this.#bytes.subarray(from, to));
  }

  /** Where reading stands, if the next line is at that place in the window. */
  stateAt(position: number): Pick<LineState, 'offset' | 'compression' | 'encoding' | 'hashedBytes' | 'sha256'> {
    const { compression, encoding } = this.#format;
    const { bytes: hashedBytes } = this.#hash;
    return { offset: this.offsetOf(position), compression, encoding, hashedBytes, sha256: this.#hash.digest() };
  }

  /** At the end of the reading: makes the hash that of the whole file. */
  finish(): Promise<void> {
    return this.#hash.finish(this.#file.handle);
  }

  async close(): Promise<void> {
    try {
      await this.#windows.close();
    } finally {
      await this.#file.handle.close();
    }
  }

  #feed(path: string): Feed {
    const { handle } = this.#file;
    if (this.#format.isPlain) return plainFeed(handle, this.offset);
    return decodedFeed({ path, handle, format: this.#format, hash: this.#hash, skip: this.offset });
  }
}
