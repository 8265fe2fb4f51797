import type { Random } from './random.ts';

const MEMBERS_PER_STORE = 1_500;
const MEMBER_SHARE = 0.62;
const VISITOR_SHARE = 0.06;

/** Who buys: members, mostly at their own store and a few of them most often, and people nobody knows. */
export class MemberDirectory {
  /** Number of each store's first member, and at the end one more than the last. */
  readonly #firsts: Int32Array;

  /** `sizes` are the stores' shares of trade: a larger store has more members. */
  constructor(sizes: readonly number[]) {
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
    this.#firsts = new Int32Array(sizes.length + 1).fill(1);
    sizes.forEach((size, i) => {
      this.#firsts[i + 1] = this.#firsts[i]! + Math.ceil((MEMBERS_PER_STORE * size) / mean);
    });
  }

  /** Number of a customer at a store, 0 for somebody unknown. */
  draw(store: number, random: Random): number {
    const chance = random.fraction();
    if (chance >= MEMBER_SHARE) return 0;
    const home = chance < VISITOR_SHARE ? random.below(this.#firsts.length - 1) : store;
    const first = this.#firsts[home]!;
    const rank = random.fraction();
    return first + Math.floor(rank * rank * rank * (this.#firsts[home + 1]! - first));
  }
}
