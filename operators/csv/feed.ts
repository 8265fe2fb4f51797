import { pipeline } from 'node:stream/promises';
import { isUtf8Name, transcoder } from './code-page.ts';
import type { ContentHash } from './content-hash.ts';
import { type FileFormat, gzipError } from './file-format.ts';
import type { FileReads } from './open-file.ts';

/** Bytes of UTF-8 text, asked for piece by piece. */
export interface Feed {
  /** Writes at most `length` bytes at `at`; gives how many, 0 at the end. */
  fill(buffer: Buffer, at: number, length: number): Promise<number>;
  close(): Promise<void>;
}

/** The file's own bytes from `position` on. */
export function plainFeed(handle: FileReads, position: number): Feed {
  let next = position;
  return {
    async fill(buffer, at, length) {
      const { bytesRead } = await handle.read(buffer, at, length, next);
      next += bytesRead;
      return bytesRead;
    },
    async close() {},
  };
}

export interface DecodedFeedOptions {
  readonly path: string;
  readonly handle: FileReads;
  readonly format: FileFormat;
  /** Takes the file's own bytes as they are read, from the place on where it stands. */
  readonly hash: ContentHash;
  /** Decoded bytes to leave out. */
  readonly skip: number;
}

/** The file's bytes decompressed and transcoded, as its format says. */
export function decodedFeed(options: DecodedFeedOptions): Feed {
  const pieces = skipping(decoded(options), options.skip);
  let piece: Buffer = Buffer.alloc(0);
  return {
    async fill(buffer, at, length) {
      while (piece.length === 0) {
        const { value, done } = await pieces.next();
        if (done) return 0;
        piece = value;
      }
      const copied = piece.copy(buffer, at, 0, length);
      piece = piece.subarray(copied);
      return copied;
    },
    async close() {
      await pieces.return(undefined);
    },
  };
}

async function* decoded(options: DecodedFeedOptions): AsyncGenerator<Buffer, void> {
  const { format } = options;
  const raw = format.compression === 'gzip' ? gunzipped(options) : rawPieces(options);
  if (isUtf8Name(format.encoding)) {
    yield* withoutMark(raw);
    return;
  }
  const codec = transcoder(format.encoding);
  for await (const piece of raw) yield codec.write(piece);
  yield codec.end();
}

/** Text that needs no transcoding, without a byte order mark. */
async function* withoutMark(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (!head) yield piece;
    else {
      head = Buffer.concat([head, piece]);
      if (head.length < 3) continue;
      yield unmarked(head);
      head = null;
    }
  }
  if (head) yield unmarked(head);
}

function unmarked(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

const PIECE = 262_144;

/** The file's own bytes; those that the hash does not have yet are given to it. */
async function* rawPieces({ handle, hash }: DecodedFeedOptions): AsyncGenerator<Buffer, void> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    const { bytesRead } = await handle.read(buffer, 0, PIECE, position);
    if (bytesRead === 0) return;
    const known = Math.min(bytesRead, Math.max(0, hash.bytes - position));
    hash.update(buffer.subarray(known, bytesRead));
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* gunzipped(options: DecodedFeedOptions): AsyncGenerator<Buffer, void> {
  // Importing it above would have every run wait for it.
  const gunzip = process.getBuiltinModule('node:zlib').createGunzip({ chunkSize: PIECE });
  const done = pipeline(rawPieces(options), gunzip);
  // Its error comes out of the loop below too; this keeps it from counting as unhandled before that.
  done.catch(() => {});
  try {
    for await (const piece of gunzip) yield piece as Buffer;
    await done;
  } catch (error) {
    throw gzipError(options.path, error);
  } finally {
    gunzip.destroy();
  }
}

async function* skipping(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer, void> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
