import { createHash, type Hash } from 'node:crypto';
import { bytes as someBytes } from '../../engine/arrays.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { giveBack } from '../../engine/memory.ts';
import type { FileReads } from './open-file.ts';

const PIECE = 1_048_576;

/** SHA-256 of a file's bytes from its beginning, as far as they were read. */
export class ContentHash {
  #hash: Hash = createHash('sha256');
  #bytes = 0;

  /** Bytes hashed. */
  get bytes(): number {
    return this.#bytes;
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /** Of the bytes so far, in hexadecimal; more may follow. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Takes what is left of the file: there may be bytes after the end of its text, as after gzip data. */
  async finish(handle: FileReads, signal?: AbortSignal): Promise<void> {
    const buffer = someBytes(65_536);
    let bytesRead: number;
    do {
      signal?.throwIfAborted();
      ({ bytesRead } = await handle.read(buffer, 0, buffer.length, this.#bytes));
      this.update(buffer.subarray(0, bytesRead));
    } while (bytesRead > 0);
    giveBack(buffer);
  }

  /** Hashes the first `bytes` of the file; throws `file_changed` unless that gives `digest`. */
  static async ofPrefix(handle: FileReads, bytes: number, digest: string, signal: AbortSignal): Promise<ContentHash> {
    const hash = new ContentHash();
    const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, Math.max(bytes, 1)));
    while (hash.bytes < bytes) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, bytes - hash.bytes), hash.bytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
    if (hash.bytes === bytes && hash.digest() === digest) return hash;
    throw new TillstreamError(
      'file_changed',
      `the first ${bytes} bytes of the file are not what they were when it was first read`,
    );
  }
}
