import type { Value } from '../../engine/column.ts';
import type { FieldType } from '../held/field-types.ts';
import { type GroupKey, groupKey } from '../held/group-key.ts';
import { type HeldRecord, RecordShape } from '../held/record-shape.ts';
import { Heap } from '../order/heap.ts';
import { Watermark } from '../window/event-time.ts';

/** A record that waits for its like from the other side. */
export interface Waiting {
  readonly record: HeldRecord;
  readonly time: number;
  /** In order of arrival, over both sides. */
  readonly number: number;
  matched: boolean;
}

export interface SideState {
  readonly watermark: number | null;
  readonly ended: boolean;
  readonly shape: readonly [string, FieldType][];
  readonly waiting: readonly [time: number, number: number, matched: boolean, record: HeldRecord][];
}

/** One of the two streams: how far it has come, and its records that can still match. */
export class Side {
  readonly keys: readonly string[];
  readonly time: string;
  readonly watermark: Watermark;
  readonly shape: RecordShape;
  readonly #byKey = new Map<GroupKey, Waiting[]>();
  readonly #byTime = new Heap<Waiting>((a, b) => a.time - b.time || a.number - b.number);
  #ended = false;

  constructor(keys: readonly string[], time: string, outOfOrderSeconds: number, state?: SideState) {
    this.keys = keys;
    this.time = time;
    this.watermark = new Watermark(outOfOrderSeconds, state?.watermark);
    this.shape = new RecordShape(state?.shape);
    if (state?.ended) this.end();
    for (const [at, number, matched, record] of state?.waiting ?? []) this.hold({ time: at, number, matched, record });
  }

  /** How many records wait. */
  get size(): number {
    return this.#byTime.size;
  }

  /** No record that is on time will be older. */
  get reached(): number {
    return this.#ended ? Number.POSITIVE_INFINITY : this.watermark.value;
  }

  end(): void {
    this.#ended = true;
  }

  /** The values of the record's keys; null if one is missing, as a missing value equals nothing. */
  keyOf(record: HeldRecord): GroupKey {
    const values: Value[] = this.keys.map((field) => this.shape.value(record, field));
    return values.includes(null) ? null : groupKey(values);
  }

  hold(waiting: Waiting): void {
    this.#byTime.push(waiting);
    const key = this.keyOf(waiting.record);
    if (key === null) return;
    const others = this.#byKey.get(key);
    if (others) others.push(waiting);
    else this.#byKey.set(key, [waiting]);
  }

  /** Those of that key at most `within` seconds from `time`, in order of arrival. */
  near(key: GroupKey, time: number, within: number): readonly Waiting[] {
    if (key === null) return [];
    return this.#byKey.get(key)?.filter((each) => Math.abs(each.time - time) <= within) ?? [];
  }

  /** Takes out those older than `time`, the oldest first. */
  *takeBefore(time: number): Generator<Waiting> {
    for (let next = this.#byTime.peek(); next && next.time < time; next = this.#byTime.peek()) {
      this.#byTime.pop();
      this.#unlist(next);
      yield next;
    }
  }

  snapshot(): SideState {
    const waiting = this.#byTime.values().toSorted((a, b) => a.number - b.number);
    return {
      watermark: this.watermark.snapshot(),
      ended: this.#ended,
      shape: this.shape.snapshot(),
      waiting: waiting.map(({ time, number, matched, record }) => [time, number, matched, record]),
    };
  }

  #unlist(waiting: Waiting): void {
    const key = this.keyOf(waiting.record);
    const others = this.#byKey.get(key);
    if (!others) return;
    others.splice(others.indexOf(waiting), 1);
    if (others.length === 0) this.#byKey.delete(key);
  }
}
