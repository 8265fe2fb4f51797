/**
 * Memory of columns that is used again. Allocated anew for each batch it would have to be zeroed, mapped by the system and
 * sought by the garbage collector. A piece is lent out by {@link take}, held by every batch with an array over it, and comes
 * home when the last of them has been released. One that no batch ever held, or that somebody may keep, is left to the collector.
 */

const MEMORY = Symbol('memory');
/** Of a piece that is at home. */
const AT_HOME = -1;
/** Kept at home; beyond this the collector may have them. */
const MOST_BYTES = 32 * 1024 * 1024;
const SMALLEST_BYTES = 1024;

/** Where memory goes that nobody reads or writes any more. */
export type Home = (memory: Memory) => void;

type Marked = ArrayBufferLike & { [MEMORY]?: Memory };

/** One buffer, and how many batches have arrays over it. */
export class Memory {
  readonly buffer: ArrayBuffer;
  /** How many bytes were asked for; the buffer mostly has more. */
  asked: number;
  readonly #home: Home;
  #holds = 0;
  #isKept = false;

  constructor(buffer: ArrayBuffer, home: Home) {
    this.buffer = buffer;
    this.asked = buffer.byteLength;
    this.#home = home;
    (buffer as Marked)[MEMORY] = this;
  }

  /** The memory under an array, if that is lent out by this module. A part of an array has the same. */
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
    this.#home(this);
  }

  /** Says that somebody may read it as long as he likes: it never comes home. */
  keep(): void {
    this.#isKept = true;
  }

  /** From home to whoever asked for so many bytes. */
  lend(bytes: number): ArrayBuffer {
    this.#holds = 0;
    this.asked = bytes;
    return this.buffer;
  }
}

/** By size. */
const spare = new Map<number, Memory[]>();
let spareBytes = 0;
let filling: number | null = null;

/** A buffer of at least so many bytes that may be anything. */
export function take(bytes: number): ArrayBuffer {
  const size = sizeFor(bytes);
  const known = spare.get(size)?.pop();
  if (known) spareBytes -= size;
  return (known ?? new Memory(new ArrayBuffer(size), comeHome)).lend(bytes);
}

/** Takes back memory that nobody reads or writes any more, though no batch may have held it. */
export function giveBack(array: ArrayBufferView): void {
  const memory = Memory.of(array);
  memory?.hold();
  memory?.release();
}

/** Takes buffers in, as if they had been lent out here. */
export function recycle(buffers: readonly ArrayBuffer[]): void {
  for (const buffer of buffers) comeHome(new Memory(buffer, comeHome));
}

/** For tests: what comes home is filled with that byte, so that nobody who still reads it goes unnoticed. Gives what it was before; null is none. */
export function fillReturned(byte: number | null): number | null {
  const before = filling;
  filling = byte;
  return before;
}

function comeHome(memory: Memory): void {
  const { buffer } = memory;
  const { byteLength } = buffer;
  // What has moved to another thread is empty here.
  if (byteLength !== sizeFor(byteLength)) return;
  if (filling !== null) new Uint8Array(buffer).fill(filling);
  if (spareBytes + byteLength > MOST_BYTES) return;
  const known = spare.get(byteLength);
  if (known) known.push(memory);
  else spare.set(byteLength, [memory]);
  spareBytes += byteLength;
}

/** The next size that buffers are made in: a power of two, or a quarter, a half or three quarters more. */
function sizeFor(bytes: number): number {
  if (bytes <= SMALLEST_BYTES) return SMALLEST_BYTES;
  const step = 2 ** (29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
