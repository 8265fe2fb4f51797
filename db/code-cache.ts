const EMPTY = -1;
const WIDTH = 4;

/** Remembers a number of 0 or more for combinations of three integers. */
export class CodeCache {
  /** a, b, c and the value of each slot; the value is EMPTY where the slot is free. */
  #slots = new Int32Array(256 * WIDTH).fill(EMPTY);
  #count = 0;

  /** The number for these codes, or -1. */
  get(a: number, b: number, c: number): number {
    return this.#slots[this.#find(a, b, c) + 3]!;
  }

  set(a: number, b: number, c: number, value: number): void {
    const at = this.#find(a, b, c);
    if (this.#slots[at + 3] === EMPTY) this.#count++;
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = c;
    this.#slots[at + 3] = value;
    if (this.#count * WIDTH * 2 > this.#slots.length) this.#grow();
  }

  clear(): void {
    this.#slots.fill(EMPTY);
    this.#count = 0;
  }

  /** Where the slot of these codes begins: theirs, or the free one that they would get. */
  #find(a: number, b: number, c: number): number {
    const slots = this.#slots;
    const mask = slots.length / WIDTH - 1;
    let slot = hash(a, b, c) & mask;
    for (;;) {
      const at = slot * WIDTH;
      if (slots[at + 3] === EMPTY) return at;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return at;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(EMPTY);
    this.#count = 0;
    for (let at = 0; at < old.length; at += WIDTH) {
      if (old[at + 3] !== EMPTY) this.set(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
  }
}

/** Spreads three integers over 32 bits. */
export function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ Math.imul(c + 0x165667b1, 0x27d4eb2f);
  return mixed ^ (mixed >>> 13);
}
