/**
 * Typed arrays for columns. Those of batches that the other thread is done with come back and are handed out again: memory
 * allocated anew for each batch has to be zeroed, mapped by the system and sought by the garbage collector.
 */

/** Kept for later; beyond this the collector may have them. */
const MOST_BYTES = 16 * 1024 * 1024;
const SMALLEST_BYTES = 1024;

/** By size, which is a power of two. */
const spare = new Map<number, ArrayBuffer[]>();
let spareBytes = 0;
/** How many bytes were asked for of a buffer, which mostly has more. */
const asked = new WeakMap<ArrayBufferLike, number>();

/** So many numbers that may be anything: every element has to be written. */
export function float64s(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(take(length * 8), 0, length);
}

/** So many integers that may be anything: every element has to be written. */
export function int32s(length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(take(length * 4), 0, length);
}

/** Does the array have its buffer to itself, as far as can be known? A part of an array has not. */
export function isAlone({ buffer, byteLength }: Int32Array | Float64Array): boolean {
  return (asked.get(buffer) ?? buffer.byteLength) === byteLength;
}

/** Takes back buffers that nobody reads or writes any more. */
export function recycle(buffers: readonly ArrayBuffer[]): void {
  for (const buffer of buffers) {
    const { byteLength } = buffer;
    if (byteLength !== sizeFor(byteLength) || spareBytes + byteLength > MOST_BYTES) continue;
    const known = spare.get(byteLength);
    if (known) known.push(buffer);
    else spare.set(byteLength, [buffer]);
    spareBytes += byteLength;
  }
}

function take(bytes: number): ArrayBuffer {
  const size = sizeFor(bytes);
  const known = spare.get(size)?.pop();
  if (known) spareBytes -= size;
  const buffer = known ?? new ArrayBuffer(size);
  asked.set(buffer, bytes);
  return buffer;
}

function sizeFor(bytes: number): number {
  return bytes <= SMALLEST_BYTES ? SMALLEST_BYTES : 2 ** (32 - Math.clz32(bytes - 1));
}
