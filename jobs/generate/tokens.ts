/** Texts that rows repeat, as bytes ready to be copied into a row. */
export class Tokens {
  readonly bytes: Buffer;
  /** Token i is `bytes[ends[i], ends[i + 1])`. */
  readonly ends: Int32Array;

  constructor(texts: readonly string[]) {
    const parts = texts.map((text) => Buffer.from(text, 'utf8'));
    this.bytes = Buffer.concat(parts);
    this.ends = new Int32Array(texts.length + 1);
    let end = 0;
    parts.forEach((part, i) => {
      end += part.length;
      this.ends[i + 1] = end;
    });
  }

  /** Copies token `index` to `target` at `at`; returns where it ends. */
  put(target: Buffer, at: number, index: number): number {
    const { bytes, ends } = this;
    const end = ends[index + 1]!;
    for (let i = ends[index]!; i < end; i++) target[at++] = bytes[i]!;
    return at;
  }
}

const ZERO = 48;

/** Writes `value` as exactly `width` digits; returns where they end. */
export function putDigits(target: Buffer, at: number, value: number, width: number): number {
  let rest = value;
  for (let i = at + width - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10);
    target[i] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return at + width;
}

/** Writes an integer without leading zeros; returns where it ends. */
export function putInteger(target: Buffer, at: number, value: number): number {
  let start = at;
  let magnitude = value;
  if (value < 0) {
    target[start++] = 45;
    magnitude = -value;
  }
  let width = 1;
  for (let limit = 10; magnitude >= limit; limit *= 10) width++;
  return putDigits(target, start, magnitude, width);
}

/** Writes an amount given in hundredths with two decimals; returns where it ends. */
export function putHundredths(target: Buffer, at: number, hundredths: number): number {
  const whole = Math.floor(hundredths / 100);
  const point = putInteger(target, at, whole);
  target[point] = 46;
  return putDigits(target, point + 1, hundredths - whole * 100, 2);
}
