import { type Codes, PairTable } from './pair-table.ts';

/**
 * Groups by a tuple of integer codes, with a row of running sums each. The last two keys are paired, and the pairs' numbers then with
 * the key before them.
 */
export class GroupTable {
  /** One for each key but the last, whose codes are the first to be paired. A single key is paired with nothing. */
  readonly #pairs: readonly PairTable[];
  readonly #keyCount: number;
  readonly #sums: Float64Array[];
  /** Groups of the batch at hand; used again for the next, which spares the collector much work. */
  #rowGroups: Int32Array[] = [];
  /** One group for all. */
  #all = new Int32Array(0);
  #begun = false;

  constructor(keyCount: number, measureCount: number) {
    this.#keyCount = keyCount;
    this.#pairs = Array.from({ length: keyCount === 1 ? 1 : Math.max(0, keyCount - 1) }, () => new PairTable());
    this.#sums = Array.from({ length: measureCount }, () => new Float64Array(1024));
  }

  /** How many groups there are; group numbers run from 0. */
  get size(): number {
    return this.#pairs[0]?.size ?? (this.#begun ? 1 : 0);
  }

  /** The group of each row, valid until the next call. New groups are made as needed. */
  groupsOf(keys: readonly Codes[], rows: number): Int32Array {
    this.#begun = true;
    this.#makeRoom(rows);
    let groups: Codes = keys.length > 1 ? keys.at(-1)! : { codes: this.#all.subarray(0, rows), size: 1 };
    for (let k = this.#pairs.length - 1; k >= 0; k--) {
      const pairs = this.#pairs[k]!;
      const codes = this.#rowGroups[k]!.subarray(0, rows);
      pairs.number(keys[k]!, groups, codes);
      groups = { codes, size: pairs.size };
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
    let rest = countUp(this.size);
    const keys = this.#pairs.map((pairs) => {
      const { first, second } = pairs.split(rest);
      rest = second;
      return first;
    });
    return this.#keyCount > 1 ? [...keys, rest] : keys;
  }

  /** Running sums of measure `m` by group, to be added to; at least `size` long. */
  sums(m: number): Float64Array {
    return this.#sums[m]!;
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#all.length) return;
    const room = Math.max(rows, 2 * this.#all.length);
    this.#all = new Int32Array(room);
    this.#rowGroups = this.#pairs.map(() => new Int32Array(room));
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

/** The numbers from 0 up to, and not including, `end`. */
function countUp(end: number): Int32Array {
  const numbers = new Int32Array(end);
  for (let i = 0; i < end; i++) numbers[i] = i;
  return numbers;
}
