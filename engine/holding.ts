import { Memory } from './memory.ts';

/** Something over arrays, and how many want their memory to stay as it is. */
export abstract class Holding {
  #held: Memory[] | null = null;
  #holders = 0;
  #isKept = false;

  /** Adds the arrays that there are now. */
  protected abstract addArrays(to: ArrayBufferView[]): void;

  /** Until {@link release} has been called as often, the memory is not used for anything else. */
  hold(): void {
    if (this.#holders++ === 0) this.#take(this.#arrays());
  }

  release(): void {
    if (this.#holders === 0 || --this.#holders > 0) return;
    const held = this.#held ?? [];
    this.#held = null;
    for (const memory of held) memory.release();
  }

  /** Says that somebody may read the arrays as long as he likes: their memory is never used for anything else. */
  keep(): void {
    this.#isKept = true;
    for (const array of this.#arrays()) Memory.of(array)?.keep();
  }

  /** Arrays that have come to be since. */
  protected added(arrays: readonly ArrayBufferView[]): void {
    if (this.#isKept) for (const array of arrays) Memory.of(array)?.keep();
    if (this.#holders > 0) this.#take(arrays);
  }

  #arrays(): ArrayBufferView[] {
    const arrays: ArrayBufferView[] = [];
    this.addArrays(arrays);
    return arrays;
  }

  #take(arrays: readonly ArrayBufferView[]): void {
    this.#held ??= [];
    for (const array of arrays) {
      const memory = Memory.of(array);
      if (!memory) continue;
      memory.hold();
      this.#held.push(memory);
    }
  }
}
