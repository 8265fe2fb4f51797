/** Odd constants, one a lane, from the hexadecimal digits of pi. */
const SEED_0 = 0x243f6a89;
const SEED_1 = 0x85a308d3;
const SEED_2 = 0x13198a2f;
const SEED_3 = 0x03707345;
const FACTOR_0 = 0xa4093823;
const FACTOR_1 = 0x299f31d1;
const FACTOR_2 = 0x082efa99;
const FACTOR_3 = 0xec4e6c89;
const MISSING = 0x6d697373;

const FLOAT = new Float64Array(1);
const BITS = new Int32Array(FLOAT.buffer);

/** Hashes of 128 bits in four lanes of 32. The lanes are written out one by one: this runs for every cell. */
export class Lanes {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
  readonly d: Int32Array;

  constructor(length: number) {
    this.a = new Int32Array(length);
    this.b = new Int32Array(length);
    this.c = new Int32Array(length);
    this.d = new Int32Array(length);
  }

  get length(): number {
    return this.a.length;
  }

  /** These hashes with room for `length`. */
  grown(length: number): Lanes {
    const larger = new Lanes(length);
    larger.a.set(this.a);
    larger.b.set(this.b);
    larger.c.set(this.c);
    larger.d.set(this.d);
    return larger;
  }

  /** Sets the hash at `at` to that of the first `size` bytes. */
  hashBytes(at: number, bytes: Uint8Array, size: number): void {
    let a = SEED_0 ^ size;
    let b = SEED_1 ^ size;
    let c = SEED_2 ^ size;
    let d = SEED_3 ^ size;
    for (let i = 0; i < size; i++) {
      const byte = bytes[i]!;
      a = Math.imul(a ^ byte ^ (a >>> 15), FACTOR_0);
      b = Math.imul(b ^ byte ^ (b >>> 14), FACTOR_1);
      c = Math.imul(c ^ byte ^ (c >>> 13), FACTOR_2);
      d = Math.imul(d ^ byte ^ (d >>> 12), FACTOR_3);
    }
    this.a[at] = spread(a);
    this.b[at] = spread(b);
    this.c[at] = spread(c);
    this.d[at] = spread(d);
  }

  /** Mixes a number, or that it is missing, into each hash. */
  mixNumbers(values: Float64Array): void {
    const { a, b, c, d } = this;
    for (let at = 0; at < values.length; at++) {
      // Adding 0 turns -0 into 0; all NaNs are written alike.
      FLOAT[0] = values[at]! + 0;
      const low = BITS[0]!;
      const high = BITS[1]!;
      a[at] = step(step(a[at]!, low, SEED_0, FACTOR_0), high, SEED_0, FACTOR_0);
      b[at] = step(step(b[at]!, low, SEED_1, FACTOR_1), high, SEED_1, FACTOR_1);
      c[at] = step(step(c[at]!, low, SEED_2, FACTOR_2), high, SEED_2, FACTOR_2);
      d[at] = step(step(d[at]!, low, SEED_3, FACTOR_3), high, SEED_3, FACTOR_3);
    }
  }

  /** Mixes into each hash the one that `other` has at its code; nothing but a constant where the code is -1. */
  mixCodes(codes: Int32Array, other: Lanes): void {
    const { a, b, c, d } = this;
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at]!;
      a[at] = step(a[at]!, code < 0 ? MISSING : other.a[code]!, SEED_0, FACTOR_0);
      b[at] = step(b[at]!, code < 0 ? MISSING : other.b[code]!, SEED_1, FACTOR_1);
      c[at] = step(c[at]!, code < 0 ? MISSING : other.c[code]!, SEED_2, FACTOR_2);
      d[at] = step(d[at]!, code < 0 ? MISSING : other.d[code]!, SEED_3, FACTOR_3);
    }
  }

  /** Lets every lane depend on all, so that records that differ in one lane differ in all. */
  finish(): void {
    const { a, b, c, d } = this;
    for (let at = 0; at < a.length; at++) {
      let carry = 0;
      for (let round = 0; round < 2; round++) {
        carry = spread(a[at]! ^ carry);
        a[at] = carry;
        carry = spread(b[at]! ^ carry);
        b[at] = carry;
        carry = spread(c[at]! ^ carry);
        c[at] = carry;
        carry = spread(d[at]! ^ carry);
        d[at] = carry;
      }
    }
  }
}

/** MurmurHash3's step (Austin Appleby). */
function step(hash: number, bits: number, seed: number, factor: number): number {
  const spreadBits = Math.imul(bits ^ seed, factor);
  const mixed = hash ^ spreadBits ^ (spreadBits >>> 16);
  return Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
}

/** MurmurHash3's finaliser: every bit in changes every bit out with a probability near a half. */
function spread(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
