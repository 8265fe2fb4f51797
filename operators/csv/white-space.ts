const SPACES = [
  0x20, 0x09, 0x0a, 0x0d, 0x0c, 0x0b, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007,
  0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff,
].map((codePoint) => Buffer.from(String.fromCodePoint(codePoint)));

/** Number of bytes of the white space character (as in `String.prototype.trim`) at `position`; 0 where there is none. */
export function whiteSpaceAt(bytes: Uint8Array, position: number): number {
  const space = SPACES.find((candidate) => candidate.every((byte, i) => bytes[position + i] === byte));
  return space ? space.length : 0;
}
