import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { bytes as someBytes } from '../../engine/arrays.ts';
import { giveBack } from '../../engine/memory.ts';

const PIECE_BYTES = 1 << 18;

/** SHA-256 of a file's bytes, in hex. */
export async function contentHash(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path);
  const piece = someBytes(PIECE_BYTES);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    giveBack(piece);
    await handle.close();
  }
}
