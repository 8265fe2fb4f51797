import { Memory, Pool } from './memory.ts';

/**
 * Columns are read by other threads where they stand: moved there and back, they would come and go in the books of each thread's
 * collector, which is then called for nothing.
 */
const shared = new Pool((bytes) => new SharedArrayBuffer(bytes));
const own = new Pool((bytes) => new ArrayBuffer(bytes));

/** So many numbers that may be anything: every element has to be written. */
export function float64s(length: number): Float64Array {
  return new Float64Array(shared.take(length * 8), 0, length);
}

/** So many integers that may be anything: every element has to be written. */
export function int32s(length: number): Int32Array {
  return new Int32Array(shared.take(length * 4), 0, length);
}

/** Integers that other threads don't read; ranges are copied to these more quickly. */
export function ownInt32s(length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(own.take(length * 4), 0, length);
}

/** So many bytes that may be anything. Other threads don't read them. */
export function bytes(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(own.take(length), 0, length);
}

/** The array if other threads can read it, else a copy that they can. */
export function readableElsewhere<T extends Int32Array | Float64Array>(array: T): T;
export function readableElsewhere(array: Int32Array | Float64Array): Int32Array | Float64Array {
  if (array.buffer instanceof SharedArrayBuffer && Memory.of(array)) return array;
  const copy = array instanceof Int32Array ? int32s(array.length) : float64s(array.length);
  copy.set(array);
  return copy;
}
