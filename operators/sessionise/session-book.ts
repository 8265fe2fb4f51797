import type { GroupKey } from '../held/group-key.ts';
import { Heap } from '../order/heap.ts';

/** A record's place in a session. */
export interface Membership {
  /** When the session began, in seconds. */
  readonly start: number;
  /** From 1. */
  readonly number: number;
}

interface Session {
  readonly key: GroupKey;
  readonly start: number;
  last: number;
  count: number;
}

type PackedSession = readonly [key: GroupKey, start: number, last: number, count: number];

/** The session that each group is in. Times of one group must come in order. */
export class SessionBook {
  readonly #gap: number;
  readonly #maxSessions: number;
  readonly #open = new Map<GroupKey, Session>();
  /** By when a session would have ended as it was when it was put here. */
  readonly #ends = new Heap<readonly [end: number, session: Session]>((a, b) => a[0] - b[0]);

  constructor(gapSeconds: number, maxSessions: number) {
    this.#gap = gapSeconds;
    this.#maxSessions = maxSessions;
  }

  /** Puts the next record of a group into its session; null if there is no room for another. */
  add(key: GroupKey, time: number): Membership | null {
    const open = this.#open.get(key);
    if (open && time - open.last < this.#gap) {
      open.last = time;
      open.count++;
      return { start: open.start, number: open.count };
    }
    this.#forgetEnded(time);
    if (this.#open.size >= this.#maxSessions && !this.#open.has(key)) return null;
    this.#begin({ key, start: time, last: time, count: 1 });
    return { start: time, number: 1 };
  }

  snapshot(): PackedSession[] {
    return [...this.#open.values()].map(({ key, start, last, count }) => [key, start, last, count]);
  }

  restore(packed: readonly PackedSession[]): void {
    for (const [key, start, last, count] of packed) this.#begin({ key, start, last, count });
  }

  #begin(session: Session): void {
    this.#open.set(session.key, session);
    this.#ends.push([session.last + this.#gap, session]);
  }

  #forgetEnded(time: number): void {
    for (let next = this.#ends.peek(); next && next[0] <= time; next = this.#ends.peek()) {
      const [, session] = next;
      this.#ends.pop();
      if (this.#open.get(session.key) !== session) continue;
      const end = session.last + this.#gap;
      if (end <= time) this.#open.delete(session.key);
      else this.#ends.push([end, session]);
    }
  }
}
