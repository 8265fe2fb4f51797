import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import type { HeldRecord } from './held/record-shape.ts';
import { batchOfPairs, type Pair, requireSameKeys } from './join/pairs.ts';
import { Side, type SideState, type Waiting } from './join/side.ts';
import { fieldColumn } from './values/field-column.ts';
import { EventTime, MISSING_TIME, missingTime, timesOf } from './window/event-time.ts';

const Options = Type.Object({
  on: Type.Array(Type.String(), { minItems: 1, description: 'Fields that must be equal.' }),
  onRight: Type.Array(Type.String(), {
    description: 'What these are called on the right; the same if empty.',
    default: [],
  }),
  withinSeconds: Type.Integer({
    minimum: 0,
    description: 'How far apart in time two records may be that belong together.',
  }),
  kind: Type.Union([Type.Literal('inner'), Type.Literal('left'), Type.Literal('outer')], {
    description: 'Whether records that find none go on: none of them, those of the left, those of both sides.',
    default: 'inner',
  }),
  time: EventTime.time,
  timeRight: Type.Optional(
    Type.String({ description: 'What the time is called on the right; the same unless given.' }),
  ),
  outOfOrderSeconds: EventTime.outOfOrderSeconds,
  suffix: Type.String({
    minLength: 1,
    description: 'Added to the name of a field of the right if the left has one that is called the same.',
    default: '_right',
  }),
  maxState: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    description: 'How many records wait for others at most, with their texts; a checkpoint keeps them.',
    default: 100_000,
  }),
});
type Options = Static<typeof Options>;

interface JoinState {
  readonly arrived: number;
  readonly left: SideState;
  readonly right: SideState;
}

/** Records are passed on at least every so many. */
const CHUNK = 4096;

class Join implements OperatorInstance {
  readonly ordered = true;
  readonly #options: Options;
  readonly #context: OperatorContext;
  #left: Side;
  #right: Side;
  #arrived = 0;
  #pairs: Pair[] = [];
  /** Neighbours of one side together, in the order in which that is known. */
  #unmatched: { readonly side: Side; readonly records: HeldRecord[] }[] = [];

  constructor(options: Options, context: OperatorContext) {
    const { on, onRight } = options;
    if (onRight.length > 0 && onRight.length !== on.length) {
      const message = `join: onRight: expected ${on.length} fields, as "on" has, got ${onRight.length}`;
      throw new TillstreamError('bad_option', message);
    }
    this.#options = options;
    this.#context = context;
    [this.#left, this.#right] = this.#sides();
  }

  async process(batch: Batch, out: Outputs, input: string): Promise<void> {
    const own = input === 'right' ? this.#right : this.#left;
    const times = timesOf(batch, own.time);
    for (const key of own.keys) fieldColumn(batch, key);
    const recordAt = own.shape.reader(batch);
    requireSameKeys(this.#left, this.#right);
    const late: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const time = times[row]!;
      const fate = Number.isNaN(time) ? missingTime(own.time) : this.#take(own, time, () => recordAt(row));
      if (fate === 'late') late.push(row);
      else if (fate !== 'taken') out.deadLetter(batch, row, fate);
      if (this.#pairs.length >= CHUNK) await this.#emit(out);
    }
    out.late(batch, Int32Array.from(late));
    const reached = Math.min(this.#left.reached, this.#right.reached);
    if (Number.isFinite(reached)) out.watermark(reached);
    await this.#emit(out);
  }

  async ended(input: string, out: Outputs): Promise<void> {
    const own = input === 'right' ? this.#right : this.#left;
    own.end();
    this.#letGo(own);
    await this.#emit(out);
  }

  async flush(out: Outputs): Promise<void> {
    for (const side of [this.#right, this.#left]) {
      side.end();
      this.#letGo(side);
    }
    await this.#emit(out);
  }

  snapshot(): JoinState {
    return { arrived: this.#arrived, left: this.#left.snapshot(), right: this.#right.snapshot() };
  }

  restore(state: unknown): void {
    const { arrived, left, right } = state as JoinState;
    this.#arrived = arrived;
    [this.#left, this.#right] = this.#sides(left, right);
  }

  #sides(left?: SideState, right?: SideState): [Side, Side] {
    const { on, onRight, time, timeRight = time, outOfOrderSeconds } = this.#options;
    const keys = onRight.length > 0 ? onRight : on;
    return [new Side(on, time, outOfOrderSeconds, left), new Side(keys, timeRight, outOfOrderSeconds, right)];
  }

  #take(own: Side, time: number, read: () => HeldRecord): 'taken' | 'late' | [Fault] {
    const { withinSeconds, maxState } = this.#options;
    if (own.watermark.advance(time)) this.#letGo(own);
    if (time < own.watermark.value) return 'late';
    const other = this.#otherThan(own);
    const canWait = time + withinSeconds >= other.reached;
    if (canWait && own.size + other.size >= maxState) return [stateFull(maxState)];
    const record = read();
    const matches = other.near(own.keyOf(record), time, withinSeconds);
    for (const match of matches) {
      match.matched = true;
      this.#pairs.push(own === this.#left ? [record, match.record] : [match.record, record]);
    }
    const waiting = { record, time, number: this.#arrived++, matched: matches.length > 0 };
    if (canWait) own.hold(waiting);
    else this.#part(own, waiting);
    return 'taken';
  }

  /** Lets go of records that nothing that will come from `from` can match. */
  #letGo(from: Side): void {
    const waiter = this.#otherThan(from);
    for (const waiting of waiter.takeBefore(from.reached - this.#options.withinSeconds)) this.#part(waiter, waiting);
  }

  /** A record can match no more. */
  #part(side: Side, { matched, record }: Waiting): void {
    if (matched) return;
    const { kind } = this.#options;
    if (kind === 'outer' && side === this.#right) this.#pairs.push([null, record]);
    else if (kind !== 'inner' && side === this.#left) this.#pairs.push([record, null]);
    else this.#leaveOut(side, record);
  }

  #leaveOut(side: Side, record: HeldRecord): void {
    const last = this.#unmatched.at(-1);
    if (last?.side === side) last.records.push(record);
    else this.#unmatched.push({ side, records: [record] });
  }

  #otherThan(side: Side): Side {
    return side === this.#left ? this.#right : this.#left;
  }

  async #emit(out: Outputs): Promise<void> {
    const { split } = this.#context;
    for (const { side, records } of this.#unmatched) {
      out.filtered(side.shape.batch(records, split), rowsUpTo(records.length), 'unmatched');
    }
    this.#unmatched = [];
    const pairs = this.#pairs;
    this.#pairs = [];
    for (let at = 0; at < pairs.length; at += CHUNK) {
      const chunk = pairs.slice(at, at + CHUNK);
      await out.emit(batchOfPairs(chunk, this.#left, this.#right, this.#options.suffix, split));
    }
  }
}

function rowsUpTo(length: number): Int32Array {
  return Int32Array.from({ length }, (_, row) => row);
}

function stateFull(maxState: number): Fault {
  const message = `${maxState} records wait for others already; raise maxState, lower withinSeconds, or let the sides come in step`;
  return { code: 'state_full', message };
}

/** Joins two streams by key and time. */
export const join = defineOperator({
  name: 'join',
  summary: 'Joins two streams: records with equal keys that are close in time.',
  description: [
    'Takes two inputs, `left` and `right`. Every pair of records goes on whose fields `on` are equal and whose times are at most',
    '`withinSeconds` apart: a record can be in many pairs, or in none. With `left` or `outer` those in none go on alone, once nothing can',
    'come any more that they could be paired with; otherwise they are counted as `unmatched`. A missing key equals nothing.',
    '',
    'Fields of the left come first, then those of the right; keys that are called alike are one field. The pair stands on the line of its',
    'left record. A side that brings no record at all brings no fields. Which pairs there are does not depend on which side is quicker, as long as `maxState` is enough.',
    '',
    'Each side has a watermark of its own, its newest time so far less `outOfOrderSeconds`; a record older than that is late. Records wait',
    'until the other side’s watermark is more than `withinSeconds` past them. Where `maxState` is reached, one that would have to wait',
    'becomes a dead letter, and is in no pair.',
  ].join('\n'),
  stability: 'stable',
  // A pair is made of two records, and a record can be in many.
  conserves: false,
  inputs: ['left', 'right'],
  options: Options,
  reasons: {
    ...MISSING_TIME,
    unmatched: 'The other stream has no record of the same key close in time.',
    state_full: 'More records wait for the other stream than `maxState` allows.',
  },
  example: {
    options: { on: ['store_id'], withinSeconds: 3600 },
    input: {
      left: [
        { store_id: 'S1', sold_at: 7200, revenue: 5 },
        { store_id: 'S2', sold_at: 7200, revenue: 9 },
      ],
      right: [
        { store_id: 'S1', sold_at: 5400, celsius: 21 },
        { store_id: 'S2', sold_at: 0, celsius: 18 },
      ],
    },
    output: [{ store_id: 'S1', sold_at: 7200, revenue: 5, sold_at_right: 5400, celsius: 21 }],
  },
  create: (options, context) => new Join(options, context),
});
