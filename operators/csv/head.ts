import { ContentHash } from './content-hash.ts';
import { type Dialect, fillDialect } from './dialect.ts';
import { decodedFeed, plainFeed } from './feed.ts';
import { type FileFormat, readFormat } from './file-format.ts';
import { openFile } from './open-file.ts';

const HEAD_BYTES = 65_536;

/** The beginning of a file as text, to the last whole line. */
export async function readHead(
  path: string,
  given: Partial<Dialect> = {},
): Promise<{ text: string; format: FileFormat }> {
  const file = await openFile(path);
  try {
    const format = await readFormat(path, file, fillDialect(given));
    const { handle } = file;
    const feed = format.isPlain
      ? plainFeed(handle, format.bomBytes)
      : decodedFeed({ path, handle, format, hash: new ContentHash(), skip: 0 });
    const bytes = Buffer.alloc(HEAD_BYTES);
    let length = 0;
    for (let got = 1; got > 0 && length < HEAD_BYTES; length += got) {
      got = await feed.fill(bytes, length, HEAD_BYTES - length);
    }
    await feed.close();
    return { text: wholeLines(bytes.toString('utf8', 0, length), length < HEAD_BYTES), format };
  } finally {
    await file.handle.close();
  }
}

function wholeLines(text: string, isAll: boolean): string {
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
  return isAll || end < 0 ? text : text.slice(0, end + 1);
}
