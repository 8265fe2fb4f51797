import { ContentHash } from '../../operators/csv/content-hash.ts';
import { openFile } from '../../operators/csv/open-file.ts';

/** SHA-256 of a file's bytes, in hex. */
export async function contentHash(path: string, signal: AbortSignal): Promise<string> {
  const { handle } = await openFile(path);
  try {
    const hash = new ContentHash();
    await hash.finish(handle, signal);
    return hash.digest();
  } finally {
    await handle.close();
  }
}
