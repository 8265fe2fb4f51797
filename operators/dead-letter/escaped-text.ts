import { isUtf8 } from 'node:buffer';

const BACKSLASH = 0x5c;
const X = 0x78;

/**
 * Bytes as text: UTF-8 as it is, and whatever is no UTF-8 as `\xE9`, byte by byte. A backslash before an x is written `\x5C`, so
 * that {@link unescapedBytes} can undo this. Characters of `forbidden`, which are ASCII, are written so too.
 */
export function escapedText(bytes: Buffer, forbidden = ''): string {
  if (forbidden === '' && isUtf8(bytes) && !bytes.includes('\\x')) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const isEscape = bytes[at] === BACKSLASH && bytes[at + 1] === X;
    const character = bytes.toString('utf8', at, at + length);
    text += length === 0 || isEscape || (length === 1 && forbidden.includes(character)) ? hex(bytes[at]!) : character;
    at += Math.max(1, length);
  }
  return text;
}

/** The bytes that {@link escapedText} was given. A backslash that begins no `\xE9` is one. */
export function unescapedBytes(text: string): Buffer {
  const parts = text.split(/\\x([0-9A-Fa-f]{2})/);
  return Buffer.concat(parts.map((part, i) => (i % 2 ? Buffer.of(Number.parseInt(part, 16)) : Buffer.from(part))));
}

/** Bytes of the UTF-8 character at `at`; 0 where none is. */
function characterLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
