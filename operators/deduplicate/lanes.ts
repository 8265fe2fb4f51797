/** Odd constants, one a lane, from the hexadecimal digits of pi. */
const SEED_0 = 0x243f6a89;
const SEED_1 = 0x85a308d3;
const SEED_2 = 0x13198a2f;
const SEED_3 = 0x03707345;
const FACTOR_0 = 0xa4093823;
const FACTOR_1 = 0x299f31d1;
const FACTOR_2 = 0x082efa99;
const FACTOR_3 = 0xec4e6c89;

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

  /** Mixes 32 bits into the hash at `at`; the order in which values are mixed counts. */
  mix(at: number, bits: number): void {
    this.#mix(at, bits, bits, bits, bits);
  }

  /** Mixes in a number with all its bits. */
  mixNumber(at: number, value: number): void {
    // Adding 0 turns -0 into 0.
    FLOAT[0] = value + 0;
    const low = BITS[0]!;
    const high = BITS[1]!;
    this.#mix(at, low, low, low, low);
    this.#mix(at, high, high, high, high);
  }

  /** Mixes in the hash that `other` has at `from`. */
  mixFrom(at: number, other: Lanes, from: number): void {
    this.#mix(at, other.a[from]!, other.b[from]!, other.c[from]!, other.d[from]!);
  }

  /** Lets every lane depend on all, so that records that differ in one lane differ in all. */
  finish(): void {
    for (let at = 0; at < this.length; at++) {
      let carry = 0;
      for (let round = 0; round < 2; round++) {
        this.a[at] = carry = spread(this.a[at]! ^ carry);
        this.b[at] = carry = spread(this.b[at]! ^ carry);
        this.c[at] = carry = spread(this.c[at]! ^ carry);
        this.d[at] = carry = spread(this.d[at]! ^ carry);
      }
    }
  }

  #mix(at: number, a: number, b: number, c: number, d: number): void {
    this.a[at] = step(this.a[at]!, Math.imul(a ^ SEED_0, FACTOR_0));
    this.b[at] = step(this.b[at]!, Math.imul(b ^ SEED_1, FACTOR_1));
    this.c[at] = step(this.c[at]!, Math.imul(c ^ SEED_2, FACTOR_2));
    this.d[at] = step(this.d[at]!, Math.imul(d ^ SEED_3, FACTOR_3));
  }
}

/** MurmurHash3's step (Austin Appleby). */
function step(hash: number, bits: number): number {
  const mixed = hash ^ bits ^ (bits >>> 16);
  return Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
}

/** MurmurHash3's finaliser: every bit in changes every bit out with a probability near a half. */
function spread(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
