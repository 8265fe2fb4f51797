import { createRequire } from 'node:module';
import type iconvLite from 'iconv-lite';
import { TillstreamError } from '../../engine/errors.ts';

const require = createRequire(import.meta.url);

/** Turns bytes of some encoding into UTF-8, piece by piece. */
export interface Transcoder {
  write(bytes: Uint8Array): Buffer;
  /** What was held back in the middle of a character. */
  end(): Buffer;
}

/** True where an encoding's bytes are UTF-8 as they stand. */
export function isUtf8Name(encoding: string): boolean {
  return /^(utf-?8|(us-)?ascii)$/i.test(encoding);
}

/** Throws `unknown_encoding` where nobody knows the name. A byte order mark is taken off. */
export function transcoder(encoding: string): Transcoder {
  const decoder = webDecoder(encoding);
  if (decoder) {
    return {
      write: (bytes) => Buffer.from(decoder.decode(bytes, { stream: true })),
      end: () => Buffer.from(decoder.decode()),
    };
  }
  // Few files need it, and all would wait until it is loaded.
  const iconv = require('iconv-lite') as typeof iconvLite;
  if (!iconv.encodingExists(encoding)) {
    throw new TillstreamError(
      'unknown_encoding',
      `encoding "${encoding}" is not known; for example utf-8, windows-1252 or cp850 are`,
    );
  }
  const codePage = iconv.getDecoder(encoding);
  return {
    write: (bytes) => Buffer.from(codePage.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))),
    end: () => Buffer.from(codePage.end() ?? ''),
  };
}

/** The whole of `bytes` as text. */
export function decode(bytes: Uint8Array, encoding: string): string {
  const codec = transcoder(encoding);
  return Buffer.concat([codec.write(bytes), codec.end()]).toString();
}

/** The platform's decoder; null for the DOS code pages and others that only iconv-lite has. */
function webDecoder(encoding: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(encoding);
  } catch {
    return null;
  }
}
