const CAPACITY = 65_536;
const EMPTY = -1;

let nextId = 1;

/**
 * Distinct texts of a column, numbered in order of first appearance. Looks a text up by its UTF-8 bytes,
 * so a repeated cell never becomes a string. Holds at most {@link Dictionary.capacity} texts: a column that
 * finds it full goes on with a fresh one, which bounds memory whatever the data.
 */
export class Dictionary {
  static readonly capacity: number = CAPACITY;

  /** Unique within this thread; lets a receiver on another thread know which dictionary a code belongs to. */
  readonly id: number = nextId++;
  readonly values: string[] = [];

  #table = new Int32Array(256).fill(EMPTY);
  #hashes = new Int32Array(128);
  #ends = new Int32Array(128);
  #arena = Buffer.alloc(1024);
  #used = 0;
  readonly #codes = new Map<string, number>();

  get isFull(): boolean {
    return this.values.length >= CAPACITY;
  }

  /** Code of the UTF-8 text in `bytes[start, end)`, added if new. Throws RangeError when full. */
  encodeBytes(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const code = this.#table[slot]!;
      if (code === EMPTY) return this.#add(bytes, start, end, hash, slot);
      if (this.#hashes[code] === hash && this.#equals(code, bytes, start, end)) return code;
      slot = (slot + 1) & mask;
    }
  }

  /** Code of `text`, added if new. Throws RangeError when full. */
  encode(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.encodeBytes(scratch, 0, written(text));
      this.#codes.set(text, code);
    }
    return code;
  }

  /** Whether `count` more texts are sure to fit. */
  hasRoomFor(count: number): boolean {
    return this.values.length + count <= CAPACITY;
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : this.#ends[code - 1]!;
    if (this.#ends[code]! - from !== end - start) return false;
    const arena = this.#arena;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== arena[j]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    if (this.isFull) throw new RangeError(`dictionary is full: it holds ${CAPACITY} texts`);
    const code = this.values.length;
    const length = end - start;
    const from = this.#used;
    if (from + length > this.#arena.length) this.#arena = enlarged(this.#arena, from + length);
    this.#arena.set(bytes.subarray(start, end), from);
    this.#used += length;
    if (code === this.#ends.length) {
      this.#ends = grown(this.#ends, code + 1);
      this.#hashes = grown(this.#hashes, code + 1);
    }
    this.#ends[code] = this.#used;
    this.#hashes[code] = hash;
    this.#table[slot] = code;
    this.values.push(this.#arena.toString('utf8', from, this.#used));
    if (this.values.length * 2 > this.#table.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(EMPTY);
    const mask = table.length - 1;
    for (let code = 0; code < this.values.length; code++) {
      let slot = this.#hashes[code]! & mask;
      while (table[slot] !== EMPTY) slot = (slot + 1) & mask;
      table[slot] = code;
    }
    this.#table = table;
  }
}

function grown(array: Int32Array<ArrayBuffer>, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, atLeast));
  larger.set(array);
  return larger;
}

function enlarged(bytes: Buffer<ArrayBuffer>, atLeast: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.max(bytes.length * 2, atLeast));
  larger.set(bytes);
  return larger;
}

/** Where a text is written out to be looked up. */
let scratch = Buffer.alloc(256);

/** How many bytes of the scratch the text takes, as UTF-8. */
function written(text: string): number {
  // No character of a string takes more than three bytes.
  if (text.length * 3 > scratch.length) scratch = Buffer.alloc(text.length * 6);
  return scratch.write(text);
}
