import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TillstreamError } from '../../engine/errors.ts';

/** How far a file had been written at a checkpoint, as plain JSON. */
export interface FileMark {
  readonly length: number;
  /** CRC-32 of these bytes. */
  readonly crc: number;
}

const NOTHING: FileMark = { length: 0, crc: 0 };

/**
 * A file that grows under a temporary name and gets its own when it is whole. After a crash it goes on from a
 * {@link FileMark}: what was written after that is cut off. Nothing is made before the first byte.
 */
export class ResumableFile {
  readonly #path: string;
  readonly #part: string;
  #handle: FileHandle | null = null;
  #mark: FileMark;
  #unsynced = false;

  constructor(path: string, mark: FileMark = NOTHING) {
    this.#path = path;
    this.#part = join(dirname(path), `.${basename(path)}.part`);
    this.#mark = mark;
  }

  /** What has been written so far. */
  get mark(): FileMark {
    return this.#mark;
  }

  async append(bytes: Buffer): Promise<void> {
    this.#handle ??= await this.#open();
    let { length } = this.#mark;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, length);
      done += bytesWritten;
      length += bytesWritten;
    }
    this.#mark = { length, crc: crc32(bytes, this.#mark.crc) };
    this.#unsynced = true;
  }

  /** Makes what has been written durable, so that a mark that a checkpoint keeps can be trusted after a power cut. */
  async sync(): Promise<void> {
    if (this.#unsynced) await this.#handle?.datasync();
    this.#unsynced = false;
  }

  /** The file is whole: gives it its name, in place of any that had it. Where nothing was written there will be no file. */
  async finish(): Promise<void> {
    if (this.#mark.length === 0) return existsSync(this.#part) ? rm(this.#part) : undefined;
    this.#handle ??= await this.#open();
    await this.sync();
    await this.close();
    await rename(this.#part, this.#path);
  }

  /** Lets go of the file; it stays under its temporary name until it is gone on with. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    if (this.#mark.length === 0) return open(this.#part, 'w');
    // A crash can fall between giving the file its name and the commit of what it belongs to.
    if (!(await sizeOf(this.#part)) && (await sizeOf(this.#path))) await rename(this.#path, this.#part);
    await this.#requireUnchanged();
    const handle = await open(this.#part, 'r+');
    await handle.truncate(this.#mark.length);
    return handle;
  }

  async #requireUnchanged(): Promise<void> {
    const { length, crc } = this.#mark;
    const size = (await sizeOf(this.#part)) ?? 0;
    if (size >= length && (await crcOf(this.#part, length)) === crc) return;
    throw new TillstreamError(
      'output_changed',
      `${this.#part}: expected the ${length} bytes written before the interruption, but the file is gone or has changed; ` +
        'put it back, or load the input anew',
    );
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The module is loaded by the first who writes: an import would have every run wait for it. */
function crc32(bytes: Buffer, before: number): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes, before);
}

async function crcOf(path: string, length: number): Promise<number> {
  let crc = 0;
  for await (const chunk of createReadStream(path, { end: length - 1 })) crc = crc32(chunk as Buffer, crc);
  return crc;
}
