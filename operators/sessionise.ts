import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { dictionaryColumn, NumberColumn, type Value } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { isoText } from './formats/calendar.ts';
import { DueRecords } from './held/due-records.ts';
import type { FieldType } from './held/field-types.ts';
import { groupKey, valuesReader } from './held/group-key.ts';
import { type HeldRecord, RecordShape } from './held/record-shape.ts';
import { Heap } from './order/heap.ts';
import { SessionBook } from './sessionise/session-book.ts';
import { EventTime, MISSING_TIME, missingTime, timesOf, Watermark } from './window/event-time.ts';

const Options = Type.Object({
  by: Type.Array(Type.String(), {
    minItems: 1,
    description: 'Fields that say whose sessions they are.',
    default: ['customer_id'],
  }),
  gapSeconds: Type.Integer({
    minimum: 1,
    description: 'How long nothing must happen for a session to be over.',
    default: 1800,
  }),
  ...EventTime,
  id: Type.String({ minLength: 1, description: 'Field that the session’s id goes into.', default: 'session_id' }),
  sequence: Type.String({
    minLength: 1,
    description: 'Field that the record’s number in its session goes into, from 1.',
    default: 'session_sequence',
  }),
  maxState: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    description:
      'How many sessions are open, and how many records wait for their turn, at most; a checkpoint keeps both.',
    default: 100_000,
  }),
});
type Options = Static<typeof Options>;

interface Waiting {
  readonly time: number;
  readonly arrival: number;
  readonly key: readonly Value[];
  readonly record: HeldRecord;
}
type PackedWaiting = readonly [time: number, arrival: number, key: readonly Value[], record: HeldRecord];

interface SessioniseState {
  readonly watermark: number | null;
  readonly arrived: number;
  readonly shape: readonly [string, FieldType][];
  readonly waiting: readonly PackedWaiting[];
  readonly sessions: ReturnType<SessionBook['snapshot']>;
}

interface Member {
  readonly record: HeldRecord;
  readonly id: string | null;
  readonly sequence: number | null;
}

class Sessionise implements OperatorInstance {
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #book: SessionBook;
  readonly #members = new DueRecords<Member>((members) => this.#batch(members));
  readonly #waiting = new Heap<Waiting>((a, b) => a.time - b.time || a.arrival - b.arrival);
  #watermark: Watermark;
  #shape = new RecordShape();
  #arrived = 0;

  constructor(options: Options, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#book = new SessionBook(options.gapSeconds, options.maxState);
    this.#watermark = new Watermark(options.outOfOrderSeconds);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const { time, by } = this.#options;
    const times = timesOf(batch, time);
    const keyAt = valuesReader(batch, by);
    const recordAt = this.#shape.reader(batch);
    const late: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const at = times[row]!;
      if (Number.isNaN(at)) {
        out.deadLetter(batch, row, missingTime(time));
        continue;
      }
      if (this.#watermark.advance(at)) this.#release(this.#watermark.value, out);
      if (at < this.#watermark.value) late.push(row);
      else if (this.#waiting.size >= this.#options.maxState)
        out.deadLetter(batch, row, [this.#stateFull('records wait')]);
      else this.#waiting.push({ time: at, arrival: this.#arrived++, key: keyAt(row), record: recordAt(row) });
      if (at === this.#watermark.value) this.#release(at, out);
      if (this.#members.isFull) await this.#members.emit(out);
    }
    out.late(batch, Int32Array.from(late));
    if (Number.isFinite(this.#watermark.value)) out.watermark(this.#watermark.value);
    await this.#members.emit(out);
  }

  async flush(out: Outputs): Promise<void> {
    this.#release(Number.POSITIVE_INFINITY, out);
    await this.#members.emit(out);
  }

  snapshot(): SessioniseState {
    const waiting = this.#waiting
      .values()
      .map(({ time, arrival, key, record }) => [time, arrival, key, record] as const);
    return {
      ...{ watermark: this.#watermark.snapshot(), arrived: this.#arrived, shape: this.#shape.snapshot() },
      ...{ waiting, sessions: this.#book.snapshot() },
    };
  }

  restore(state: unknown): void {
    const { watermark, arrived, shape, waiting, sessions } = state as SessioniseState;
    this.#watermark = new Watermark(this.#options.outOfOrderSeconds, watermark);
    this.#arrived = arrived;
    this.#shape = new RecordShape(shape);
    for (const [time, arrival, key, record] of waiting) this.#waiting.push({ time, arrival, key, record });
    this.#book.restore(sessions);
  }

  /** Puts the records up to a time, which none will come before any more, into sessions. */
  #release(time: number, out: Outputs): void {
    for (let next = this.#waiting.peek(); next && next.time <= time; next = this.#waiting.peek()) {
      this.#waiting.pop();
      this.#place(next, out);
    }
  }

  #place({ time, key, record }: Waiting, out: Outputs): void {
    if (key.includes(null)) {
      this.#members.add({ record, id: null, sequence: null });
      return;
    }
    const place = this.#book.add(groupKey(key), time);
    if (place) this.#members.add({ record, id: this.#idOf(key, place.start), sequence: place.number });
    else out.deadLetter(this.#shape.batch([record], this.#context.split), 0, [this.#stateFull('sessions are open')]);
  }

  /** Of whom, and since when: the same in every run. */
  #idOf(key: readonly Value[], start: number): string {
    const type = this.#shape.type(this.#options.time);
    const isDate = type.kind === 'number' && (type.type === 'datetime' || type.type === 'date');
    return `${key.map(escaped).join('|')}@${isDate ? isoText(start, true) : start}`;
  }

  #batch(members: readonly Member[]): Batch {
    const { id, sequence } = this.#options;
    const records = this.#shape.batch(
      members.map(({ record }) => record),
      this.#context.split,
    );
    const numbers = Float64Array.from(members, (member) => member.sequence ?? Number.NaN);
    return records.with({
      columns: [
        [id, dictionaryColumn(members.map((member) => member.id))],
        [sequence, new NumberColumn('integer', numbers)],
      ],
    });
  }

  #stateFull(what: string): Fault {
    const { maxState } = this.#options;
    return {
      code: 'state_full',
      message: `${maxState} ${what} already; raise maxState, or lower outOfOrderSeconds and gapSeconds`,
    };
  }
}

function escaped(value: Value): string {
  return String(value).replaceAll(/[\\|]/g, '\\$&');
}

/** Says of each record which session it belongs to. */
export const sessionise = defineOperator({
  name: 'sessionise',
  summary: 'Numbers the sessions of customers, visitors or tills, and the records in each.',
  description: [
    'A session is a run of records of one group, each less than `gapSeconds` after the one before. Its id says whose it is and when it began,',
    '`C-17@2026-12-31T09:30:00`, so it is the same whenever the file is read. A record with a key that is missing is in no session, and has no id.',
    '',
    'Records go on in order of time, as soon as none can come any more that would stand before them: the watermark is the newest time so far',
    'less `outOfOrderSeconds`, and an older record is late. Where a file is in no order of time, let `sort` put it in one. `session-window` makes',
    'one record of a session instead.',
    '',
    'Where `maxState` records wait, or as many sessions are open, another becomes a dead letter.',
  ].join('\n'),
  stability: 'stable',
  // Every record is accounted for, but some only after later checkpoints have passed.
  conserves: false,
  options: Options,
  reasons: {
    ...MISSING_TIME,
    state_full: 'More sessions are open, or more records wait for their turn, than `maxState` allows.',
  },
  example: {
    options: { gapSeconds: 60 },
    input: [
      { sold_at: 0, customer_id: 'C1' },
      { sold_at: 59, customer_id: 'C1' },
      { sold_at: 120, customer_id: 'C1' },
    ],
    output: [
      { sold_at: 0, customer_id: 'C1', session_id: 'C1@0', session_sequence: 1 },
      { sold_at: 59, customer_id: 'C1', session_id: 'C1@0', session_sequence: 2 },
      { sold_at: 120, customer_id: 'C1', session_id: 'C1@120', session_sequence: 1 },
    ],
  },
  create: (options, context) => new Sessionise(options, context),
});
