/**
 * Memory of columns that is used again. Allocated anew for each batch it would have to be zeroed, mapped by the system and
 * sought by the garbage collector. A piece is lent out by a {@link Pool}, held by every batch with an array over it, and comes
 * home when the last of them has been released. One that no batch ever held, or that somebody may keep, is left to the collector.
 */

const MEMORY = Symbol('memory');
/** Of a piece that is at home. */
const AT_HOME = -1;
/** Kept at home; beyond this the collector may have them. */
const MOST_BYTES = 32 * 1024 * 1024;
const SMALLEST_BYTES = 1024;

/** Where memory comes from. */
export interface Home {
  /** Nobody reads or writes it any more. */
  back(memory: Memory): void;
  /** Somebody may read it as long as he likes. */
  kept?(memory: Memory): void;
}

type Marked = ArrayBufferLike & { [MEMORY]?: Memory };

/** One buffer, and how many batches have arrays over it. */
export class Memory {
  readonly buffer: ArrayBufferLike;
  readonly #home: Home;
  #holds = 0;
  #isKept = false;

  constructor(buffer: ArrayBufferLike, home: Home) {
    this.buffer = buffer;
    this.#home = home;
    (buffer as Marked)[MEMORY] = this;
  }

  /** The memory under an array, if it has a home. A part of an array has the same. */
  static of(array: ArrayBufferView): Memory | undefined {
    return (array.buffer as Marked)[MEMORY];
  }

  hold(): void {
    if (this.#holds === AT_HOME)
      throw new Error('memory is held that was given back before; its batch has been released');
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    if (this.#holds > 0 || this.#isKept) return;
    this.#holds = AT_HOME;
    this.#home.back(this);
  }

  /** Says that somebody may read it as long as he likes: it never comes home. */
  keep(): void {
    if (!this.#isKept) this.#home.kept?.(this);
    this.#isKept = true;
  }

  /** From home to somebody who needs some. */
  lend(): void {
    this.#holds = 0;
  }
}

let filling: number | null = null;

/** For tests: what comes home is filled with that byte, so that nobody who still reads it goes unnoticed. Gives what it was before; null is none. */
export function fillReturned(byte: number | null): number | null {
  const before = filling;
  filling = byte;
  return before;
}

/** Memory of one kind, at home. */
export class Pool<B extends ArrayBufferLike> implements Home {
  readonly #make: (bytes: number) => B;
  /** By size. */
  readonly #spare = new Map<number, Memory[]>();
  #spareBytes = 0;

  constructor(make: (bytes: number) => B) {
    this.#make = make;
  }

  /** A buffer of at least so many bytes that may be anything. */
  take(bytes: number): B {
    const size = sizeFor(bytes);
    const known = this.#spare.get(size)?.pop();
    if (known) this.#spareBytes -= size;
    const memory = known ?? new Memory(this.#make(size), this);
    memory.lend();
    // What is spare was made here.
    return memory.buffer as B;
  }

  back(memory: Memory): void {
    const { buffer } = memory;
    const { byteLength } = buffer;
    if (filling !== null) new Uint8Array(buffer).fill(filling);
    if (this.#spareBytes + byteLength > MOST_BYTES) return;
    const known = this.#spare.get(byteLength);
    if (known) known.push(memory);
    else this.#spare.set(byteLength, [memory]);
    this.#spareBytes += byteLength;
  }
}

/** Takes back memory that nobody reads or writes any more, though no batch may have held it. */
export function giveBack(array: ArrayBufferView): void {
  const memory = Memory.of(array);
  memory?.hold();
  memory?.release();
}

/** The next size that buffers are made in: a power of two, or a quarter, a half or three quarters more. */
function sizeFor(bytes: number): number {
  if (bytes <= SMALLEST_BYTES) return SMALLEST_BYTES;
  const step = 2 ** (29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
