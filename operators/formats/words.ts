// Bytes looked at four at a time, as words whose first byte is the lowest.

/** Whether the bytes at `a` and at `b` are the same. */
export function same(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/** {@link same} for at least four bytes. */
export function sameWords(view: DataView, a: number, b: number, length: number): boolean {
  const last = length - 4;
  for (let i = 0; i < last; i += 4) if (view.getInt32(a + i, true) !== view.getInt32(b + i, true)) return false;
  return view.getInt32(a + last, true) === view.getInt32(b + last, true);
}

export function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The number that digits stand for; negative where there are other bytes among them. */
export function digits(view: DataView, start: number, end: number): number {
  let number = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(at, true) ^ 0x30303030;
    // Whatever is more than nine sets the highest bit of its byte, or of one after it.
    if (((four + 0x76767676) | four) & 0x80808080) return -1;
    const pairs = four * 10 + (four >>> 8);
    number = number * 10_000 + (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
  }
  for (; at < end; at++) {
    const digit = view.getUint8(at) ^ 0x30;
    if (digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Seconds of a day that `HH:MM:SS` stands for, given as the words `HH:M` and `M:SS`; negative if they aren't one. */
export function clockSeconds(first: number, second: number): number {
  const a = first ^ 0x303a3030;
  const b = second ^ 0x30303a30;
  // As with digits; and where a colon has to be, anything but 0 sets the highest bit.
  if ((((a + 0x767f7676) | a) & 0x80808080) !== 0 || (((b + 0x76767f76) | b) & 0x80808080) !== 0) return -1;
  const hour = (a & 15) * 10 + ((a >>> 8) & 15);
  const minute = (a >>> 24) * 10 + (b & 15);
  const seconds = ((b >>> 16) & 15) * 10 + (b >>> 24);
  return hour > 23 || minute > 59 || seconds > 59 ? -1 : hour * 3600 + minute * 60 + seconds;
}
