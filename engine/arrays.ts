import { Memory, take } from './memory.ts';

/** So many numbers that may be anything: every element has to be written. */
export function float64s(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(take(length * 8), 0, length);
}

/** So many integers that may be anything: every element has to be written. */
export function int32s(length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(take(length * 4), 0, length);
}

/** So many bytes that may be anything. */
export function bytes(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(take(length), 0, length);
}

/** Does the array have its buffer to itself, as far as can be known? A part of an array has not. */
export function isAlone(array: Int32Array | Float64Array): boolean {
  return (Memory.of(array)?.asked ?? array.buffer.byteLength) === array.byteLength;
}
