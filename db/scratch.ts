/** Numbers for one batch at a time, in memory that is used again for the next. */
export class Scratch {
  #values = new Float64Array(0);

  /** Room for that many numbers, with whatever was in it. What was given before is overwritten. */
  take(length: number): Float64Array<ArrayBuffer> {
    if (this.#values.length < length) this.#values = new Float64Array(Math.max(length, this.#values.length * 2));
    return this.#values.subarray(0, length);
  }
}
