const EMPTY = -1;

/** Groups by a tuple of integer codes, with a row of running sums each: an open-addressed hash table over typed arrays. */
export class GroupTable {
  /** How many groups there are; group numbers run from 0. */
  size = 0;
  readonly #keys: Int32Array[];
  readonly #sums: Float64Array[];
  #hashes = new Int32Array(1024);
  /** Hash and group of each row of the batch at hand; used again for the next, which spares the collector much work. */
  #rowHashes = new Int32Array(0);
  #rowGroups = new Int32Array(0);
  #slots = new Int32Array(2048).fill(EMPTY);

  constructor(keyCount: number, measureCount: number) {
    this.#keys = Array.from({ length: keyCount }, () => new Int32Array(1024));
    this.#sums = Array.from({ length: measureCount }, () => new Float64Array(1024));
  }

  /**
   * The group of each row, valid until the next call; a null key column plays no part. New groups are made as needed.
   */
  groupsOf(keys: readonly (Int32Array | null)[], rows: number): Int32Array {
    this.#reserve(this.size + rows);
    if (this.#rowHashes.length < rows) {
      this.#rowHashes = new Int32Array(rows);
      this.#rowGroups = new Int32Array(rows);
    }
    const hashes = this.#rowHashes.subarray(0, rows);
    hashKeys(keys, hashes);
    const groups = this.#rowGroups.subarray(0, rows);
    const present = keys.flatMap((key, k) => (key ? [{ key, stored: this.#keys[k]! }] : []));
    const mask = this.#slots.length - 1;
    for (let row = 0; row < rows; row++) {
      const hash = hashes[row]!;
      let slot = hash & mask;
      let group = this.#slots[slot]!;
      while (group !== EMPTY && !(this.#hashes[group] === hash && same(present, row, group))) {
        slot = (slot + 1) & mask;
        group = this.#slots[slot]!;
      }
      if (group === EMPTY) {
        group = this.size++;
        this.#slots[slot] = group;
        this.#hashes[group] = hash;
        for (const { key, stored } of present) stored[group] = key[row]!;
      }
      groups[row] = group;
    }
    return groups;
  }

  /** Codes of key field `k` by group. */
  keys(k: number): Int32Array {
    return this.#keys[k]!.slice(0, this.size);
  }

  /** Running sums of measure `m` by group, to be added to; at least `size` long. */
  sums(m: number): Float64Array {
    return this.#sums[m]!;
  }

  /** Makes room for `groups` groups in all, so that no row has to check. */
  #reserve(groups: number): void {
    let capacity = this.#hashes.length;
    if (groups <= capacity) return;
    while (capacity < groups) capacity *= 2;
    this.#keys.forEach((key, k) => {
      this.#keys[k] = enlarged(key, new Int32Array(capacity));
    });
    this.#sums.forEach((sum, m) => {
      this.#sums[m] = enlarged(sum, new Float64Array(capacity));
    });
    this.#hashes = enlarged(this.#hashes, new Int32Array(capacity));
    this.#slots = new Int32Array(capacity * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let group = 0; group < this.size; group++) {
      let slot = this.#hashes[group]! & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = group;
    }
  }
}

function same(present: readonly { key: Int32Array; stored: Int32Array }[], row: number, group: number): boolean {
  for (let k = 0; k < present.length; k++) {
    const { key, stored } = present[k]!;
    if (key[row] !== stored[group]) return false;
  }
  return true;
}

function hashKeys(keys: readonly (Int32Array | null)[], hashes: Int32Array): void {
  const rows = hashes.length;
  hashes.fill(0);
  for (const key of keys) {
    if (!key) continue;
    for (let row = 0; row < rows; row++)
      hashes[row] = Math.imul(hashes[row]! ^ key[row]!, 0x9e3779b1) ^ (hashes[row]! >>> 13);
  }
  for (let row = 0; row < rows; row++) hashes[row]! ^= hashes[row]! >>> 15;
}

function enlarged<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
