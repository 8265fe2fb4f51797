const ZERO = 0x30;
const SPACE = 0x20;
const TAB = 0x09;

/** Reads a text from its bytes, from left to right; each method stops before `end` and moves on by what it has read. */
export class ByteReader {
  protected at = 0;

  /** A number of so many digits; -1 if there are fewer. */
  protected number(bytes: Uint8Array, end: number, least: number, most: number): number {
    const start = this.at;
    const limit = Math.min(end, start + most);
    let at = start;
    let value = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.at = at;
    return at - start < least ? -1 : value;
  }

  /** Passes over that byte, if it is there. */
  protected byte(bytes: Uint8Array, end: number, byte: number): boolean {
    if (this.at >= end || bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Passes over spaces and tabs; false if there are none. */
  protected spaces(bytes: Uint8Array, end: number): boolean {
    const start = this.at;
    while (this.at < end && (bytes[this.at] === SPACE || bytes[this.at] === TAB)) this.at++;
    return this.at > start;
  }

  /** Passes over letters and says how many there were. */
  protected letters(bytes: Uint8Array, end: number): number {
    const start = this.at;
    while (this.at < end && isLetter(bytes[this.at]!)) this.at++;
    return this.at - start;
  }

  /** Position of the name, whole or its first three letters, in any case; -1 if it is none. */
  protected name(bytes: Uint8Array, end: number, names: readonly string[]): number {
    const start = this.at;
    const length = this.letters(bytes, end);
    return length < 3 ? -1 : names.findIndex((name) => isNamed(bytes, start, length, name));
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | SPACE;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Whether `length` letters of `bytes` are the beginning of `name`: its first three, four of `september`, or all of it. */
export function isNamed(bytes: Uint8Array, start: number, length: number, name: string): boolean {
  if (length !== 3 && length !== name.length && !(length === 4 && name === 'september')) return false;
  for (let i = 0; i < length; i++) if ((bytes[start + i]! | SPACE) !== name.charCodeAt(i)) return false;
  return true;
}
