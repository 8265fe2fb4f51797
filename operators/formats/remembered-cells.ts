import { Dictionary } from '../../engine/dictionary.ts';

/**
 * What cells were read as, by their bytes: what takes long to read is read once, as in real files it comes again and
 * again. Forgets all and begins anew when it has seen as many distinct cells as a dictionary holds.
 */
export class RememberedCells<T> {
  readonly #read: (raw: string) => T;
  #cells = new Dictionary();
  #results: T[] = [];

  constructor(read: (raw: string) => T) {
    this.#read = read;
  }

  read(bytes: Uint8Array, start: number, end: number): T {
    if (this.#cells.isFull) {
      this.#cells = new Dictionary();
      this.#results = [];
    }
    const code = this.#cells.encodeBytes(bytes, start, end);
    if (code === this.#results.length) this.#results.push(this.#read(this.#cells.values[code]!));
    return this.#results[code]!;
  }
}
