import type { Value } from '../../engine/column.ts';
import type { GroupKey } from '../held/group-key.ts';
import type { HeldRecord } from '../held/record-shape.ts';
import { comparator, type SortKey } from '../order/compare.ts';
import { Heap } from '../order/heap.ts';

/** A record among the best of its group, with what it is ranked by. Plain JSON. */
export type Ranked = readonly [value: Value, arrival: number, record: HeldRecord];
type List = Heap<Ranked>;

export interface RankedRecord {
  readonly start: number;
  readonly rank: number;
  readonly record: HeldRecord;
}

/** What became of a record: among the best for now, perhaps in the place of another; not among them; or no room. */
export type Placing =
  | { readonly kind: 'in'; readonly replaced: HeldRecord | null }
  | { readonly kind: 'out' }
  | { readonly kind: 'full' };

export type TopListsState = readonly (readonly [start: number, key: GroupKey, ranked: readonly Ranked[]])[];

const IN: Placing = { kind: 'in', replaced: null };
const OUT: Placing = { kind: 'out' };
const FULL: Placing = { kind: 'full' };

/** The best `k` records of each group, by window. Of equal ones, those that came first are better. */
export class TopLists {
  readonly #k: number;
  readonly #maxState: number;
  readonly #compare: (a: Ranked, b: Ranked) => number;
  readonly #windows = new Map<number, Map<GroupKey, List>>();
  #held = 0;
  #arrived = 0;

  constructor(k: number, order: SortKey['order'], maxState: number) {
    this.#k = k;
    this.#maxState = maxState;
    const compareKeys = comparator([{ field: '', order, missing: 'last' }]);
    this.#compare = (a, b) => compareKeys([a[0]], [b[0]]) || a[1] - b[1];
  }

  /** `read` takes the record out of its batch; it is called only for one that gets a place. */
  add(start: number, key: GroupKey, value: Value, read: () => HeldRecord): Placing {
    const list = this.#windows.get(start)?.get(key);
    const arrival = this.#arrived++;
    if (!list || list.size < this.#k) {
      if (this.#held >= this.#maxState) return FULL;
      this.#place(start, key, [value, arrival, read()]);
      return IN;
    }
    // A full list has a last one.
    const [last, lastArrival, out] = list.peek()!;
    if (this.#compare([value, arrival, out], [last, lastArrival, out]) > 0) return OUT;
    list.pop();
    list.push([value, arrival, read()]);
    return { kind: 'in', replaced: out };
  }

  /** Takes out the lists of the windows that begin before `start`, the earliest first, in order of rank. */
  *takeBefore(start: number): Generator<RankedRecord> {
    const due = [...this.#windows.keys()].filter((each) => each < start).sort((a, b) => a - b);
    for (const each of due) {
      const lists = this.#windows.get(each) ?? new Map<GroupKey, List>();
      this.#windows.delete(each);
      for (const list of lists.values()) {
        this.#held -= list.size;
        const best = [...list.values()].sort(this.#compare);
        yield* best.map(([, , record], i) => ({ start: each, rank: i + 1, record }));
      }
    }
  }

  snapshot(): { arrived: number; lists: TopListsState } {
    const lists = [...this.#windows].flatMap(([start, groups]) =>
      [...groups].map(([key, list]) => [start, key, list.values()] as const),
    );
    return { arrived: this.#arrived, lists };
  }

  restore({ arrived, lists }: ReturnType<TopLists['snapshot']>): void {
    this.#arrived = arrived;
    for (const [start, key, ranked] of lists) for (const each of ranked) this.#place(start, key, each);
  }

  #place(start: number, key: GroupKey, ranked: Ranked): void {
    const groups = this.#windows.get(start) ?? new Map<GroupKey, List>();
    this.#windows.set(start, groups);
    // The one that would have to go is at its head.
    const list = groups.get(key) ?? new Heap<Ranked>((a, b) => this.#compare(b, a));
    groups.set(key, list);
    list.push(ranked);
    this.#held++;
  }
}
