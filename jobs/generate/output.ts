import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A file that comes to be whole: written under a hidden name and renamed when finished, so that whoever watches the
 * folder never sees half of it. Writing runs while the next bytes are made; `write` waits for the one before.
 */
export class Output {
  readonly path: string;
  #handle: FileHandle;
  #pending: Promise<unknown> = Promise.resolve();

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async create(path: string): Promise<Output> {
    await mkdir(dirname(path), { recursive: true });
    return new Output(path, await open(partial(path), 'w'));
  }

  /** The bytes must stay as they are until the next call's promise resolves. */
  async write(bytes: Buffer): Promise<void> {
    await this.#pending;
    this.#pending = writeAll(this.#handle, bytes);
    // Reported by whoever awaits it next; until then it is no unhandled rejection.
    this.#pending.catch(() => {});
  }

  async finish(): Promise<void> {
    await this.#pending;
    await this.#handle.close();
    await rename(partial(this.path), this.path);
  }

  /** Gives up; what was written stays under the hidden name. */
  async abandon(): Promise<void> {
    await this.#pending.catch(() => {});
    await this.#handle.close().catch(() => {});
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let from = 0;
  while (from < bytes.length) from += (await handle.write(bytes, from)).bytesWritten;
}

function partial(path: string): string {
  return join(dirname(path), `.${basename(path)}.part`);
}
