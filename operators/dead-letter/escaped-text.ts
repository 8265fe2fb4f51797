import { isUtf8 } from 'node:buffer';

/**
 * Bytes as text: UTF-8 as it is, and whatever is no UTF-8 as `\xE9`, byte by byte. So that this can be undone, a backslash
 * before an x is written `\x5C` in such a text.
 */
export function escapedText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const character = bytes.toString('utf8', at, at + Math.max(1, length));
    const isMark = character === '\\' && bytes[at + 1] === 0x78;
    text += length === 0 || isMark ? hex(bytes[at]!) : character;
    at += Math.max(1, length);
  }
  return text;
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
