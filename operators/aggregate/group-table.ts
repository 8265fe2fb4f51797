import { type Codes, PairTable } from './pair-table.ts';

/** Groups by a tuple of integer codes, with a row of running sums each. Pairs of the last two keys are numbered, and then paired with the key before them. */
export class GroupTable {
  readonly #pairs: readonly PairTable[];
  readonly #sums: Float64Array[];
  /** Groups of the batch at hand; used again for the next, which spares the collector much work. */
  #rowGroups: readonly Int32Array[];
  /** One group for all, to begin with. */
  #all = new Int32Array(0);
  #begun = false;

  constructor(keyCount: number, measureCount: number) {
    this.#pairs = Array.from({ length: keyCount }, () => new PairTable());
    this.#sums = Array.from({ length: measureCount }, () => new Float64Array(1024));
    this.#rowGroups = this.#pairs.map(() => new Int32Array(0));
  }

  /** How many groups there are; group numbers run from 0. */
  get size(): number {
    return this.#pairs[0]?.size ?? (this.#begun ? 1 : 0);
  }

  /** The group of each row, valid until the next call. New groups are made as needed. */
  groupsOf(keys: readonly Codes[], rows: number): Int32Array {
    this.#begun = true;
    if (this.#all.length < rows) {
      const room = Math.max(rows, 2 * this.#all.length);
      this.#all = new Int32Array(room);
      this.#rowGroups = this.#pairs.map(() => new Int32Array(room));
    }
    let groups: Codes = { codes: this.#all.subarray(0, rows), size: 1 };
    for (let k = keys.length - 1; k >= 0; k--) {
      const into = this.#rowGroups[k]!.subarray(0, rows);
      const pairs = this.#pairs[k]!;
      pairs.number(keys[k]!, groups, into);
      groups = { codes: into, size: pairs.size };
    }
    this.#reserve(groups.size);
    return groups.codes;
  }

  /** Forgets all groups. */
  clear(): void {
    for (const pairs of this.#pairs) pairs.clear();
    for (const sum of this.#sums) sum.fill(0);
    this.#begun = false;
  }

  /** Codes of every key by group. */
  keys(): Int32Array[] {
    let rest: Int32Array = Int32Array.from({ length: this.size }, (_, group) => group);
    return this.#pairs.map((pairs) => {
      const { first, second } = pairs.split(rest);
      rest = second;
      return first;
    });
  }

  /** Running sums of measure `m` by group, to be added to; at least `size` long. */
  sums(m: number): Float64Array {
    return this.#sums[m]!;
  }

  #reserve(groups: number): void {
    this.#sums.forEach((sum, m) => {
      if (sum.length >= groups) return;
      const larger = new Float64Array(Math.max(groups, sum.length * 2));
      larger.set(sum);
      this.#sums[m] = larger;
    });
  }
}
