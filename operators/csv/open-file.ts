import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { TillstreamError } from '../../engine/errors.ts';

/** What is asked of an open file, in the manner of Node's `FileHandle`. */
export interface FileReads {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** A file open for reading, and its size in bytes. */
export interface OpenFile {
  readonly handle: FileReads;
  readonly sizeBytes: number;
  /** Another one whenever the file's bytes are others, wherever it stands. */
  readonly state: string;
}

const SMALL_BYTES = 1 << 18;

const SENTENCES: Readonly<Record<string, readonly [code: string, what: string]>> = {
  ENOENT: ['file_not_found', 'there is no such file'],
  ENOTDIR: ['file_not_found', 'there is no such file'],
  EISDIR: ['not_a_file', 'it is a directory, not a file'],
  EACCES: ['file_unreadable', 'reading it is not permitted'],
  EPERM: ['file_unreadable', 'reading it is not permitted'],
};

/** Throws `file_not_found`, `not_a_file`, `file_unreadable` or `empty_file`. */
export async function openFile(path: string): Promise<OpenFile> {
  try {
    const stats = statSync(path);
    refuseOdd(path, stats);
    const { dev, ino, size, mtimeMs } = stats;
    const handle = size <= SMALL_BYTES ? new SmallFile(path) : await open(path, 'r');
    return { handle, sizeBytes: size, state: `${dev} ${ino} ${size} ${mtimeMs}` };
  } catch (error) {
    throw readError(path, error);
  }
}

/** A file that is read in a few pieces, and so at once: the way to another thread and back would take longer than each of them. */
class SmallFile implements FileReads {
  #descriptor: number | null;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    // After it was closed the number may be another file's; Node says so of -1.
    return { bytesRead: readSync(this.#descriptor ?? -1, buffer, offset, length, position) };
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** A system's error in words; others as they are. */
export function readError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (!code || error instanceof TillstreamError || !(error instanceof Error) || !('syscall' in error)) return error;
  const [stable, what] = SENTENCES[code] ?? ['file_unreadable', error.message];
  return new TillstreamError(stable, `cannot read "${path}": ${what}`, { cause: error, file: path });
}

function refuseOdd(path: string, stats: Stats): void {
  if (stats.isDirectory()) throw odd(path, 'not_a_file', 'it is a directory, not a file');
  if (!stats.isFile()) throw odd(path, 'not_a_file', 'it is not a regular file');
  if (stats.size === 0) throw odd(path, 'empty_file', 'it is empty');
}

function odd(path: string, code: string, what: string): TillstreamError {
  return new TillstreamError(code, `cannot read "${path}": ${what}`, { file: path });
}
