import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TillstreamError } from '../../engine/errors.ts';

/** A file open for reading, and its size in bytes. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Another one whenever the file's bytes are others, wherever it stands. */
  readonly state: string;
}

const SENTENCES: Readonly<Record<string, readonly [code: string, what: string]>> = {
  ENOENT: ['file_not_found', 'there is no such file'],
  ENOTDIR: ['file_not_found', 'there is no such file'],
  EISDIR: ['not_a_file', 'it is a directory, not a file'],
  EACCES: ['file_unreadable', 'reading it is not permitted'],
  EPERM: ['file_unreadable', 'reading it is not permitted'],
};

/** Throws `file_not_found`, `not_a_file`, `file_unreadable` or `empty_file`. */
export async function openFile(path: string): Promise<OpenFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    refuseOdd(path, stats);
    return { handle, sizeBytes: stats.size, state: `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}` };
  } catch (error) {
    await handle?.close();
    throw readError(path, error);
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
