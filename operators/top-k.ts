import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { type Column, NumberColumn } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { DueRecords } from './held/due-records.ts';
import type { FieldType } from './held/field-types.ts';
import { groupKey, valuesReader } from './held/group-key.ts';
import { RecordShape } from './held/record-shape.ts';
import { LeftOut } from './top-k/left-out.ts';
import { type Placing, type RankedRecord, TopLists } from './top-k/top-lists.ts';
import { fieldColumn } from './values/field-column.ts';
import { EventTime, MISSING_TIME, missingTime, timesOf, Watermark } from './window/event-time.ts';

const Options = Type.Object({
  k: Type.Integer({ minimum: 1, maximum: 100_000, description: 'How many records of each group go on.', default: 10 }),
  field: Type.String({ description: 'Field to rank by; records without a value come last.' }),
  order: Type.Union([Type.Literal('desc'), Type.Literal('asc')], {
    description: 'Whether the largest come first, or the smallest.',
    default: 'desc',
  }),
  by: Type.Array(Type.String(), {
    description: 'Fields that make a group; all records are one if empty.',
    default: [],
  }),
  rank: Type.String({ minLength: 1, description: 'Field that the rank goes into, from 1.', default: 'rank' }),
  windowSeconds: Type.Integer({
    minimum: 0,
    description: 'Ranks by window of so many seconds, as `tumbling-window` has them; 0 ranks the whole file.',
    default: 0,
  }),
  time: EventTime.time,
  outOfOrderSeconds: EventTime.outOfOrderSeconds,
  maxState: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    description: 'How many records are held at most, with their texts; a checkpoint keeps them.',
    default: 100_000,
  }),
});
type Options = Static<typeof Options>;

interface TopKState {
  readonly watermark: number | null;
  readonly shape: readonly [string, FieldType][];
  readonly lists: ReturnType<TopLists['snapshot']>;
}

class TopK implements OperatorInstance {
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #lists: TopLists;
  readonly #due = new DueRecords<RankedRecord>((ranked) => this.#batch(ranked));
  #watermark: Watermark;
  #shape = new RecordShape();

  constructor(options: Options, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#lists = new TopLists(options.k, options.order, options.maxState);
    this.#watermark = new Watermark(options.outOfOrderSeconds);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const { windowSeconds, time } = this.#options;
    const times = windowSeconds > 0 ? timesOf(batch, time) : null;
    const left = new LeftOut(batch, this.#shape, out, 'not_in_top');
    const late: number[] = [];
    const placeAt = this.#placer(batch);
    for (let row = 0; row < batch.length; row++) {
      const start = this.#startOf(times?.[row] ?? 0);
      if (start === null) out.deadLetter(batch, row, missingTime(time));
      else if (start === 'late') late.push(row);
      else {
        const placing = placeAt(start, row);
        if (placing.kind === 'full') out.deadLetter(batch, row, [this.#stateFull()]);
        else if (placing.kind === 'out') left.addRow(row);
        else if (placing.replaced) left.addRecord(placing.replaced);
      }
      if (this.#due.isFull) await this.#due.emit(out);
    }
    out.late(batch, Int32Array.from(late));
    left.count();
    if (Number.isFinite(this.#watermark.value)) out.watermark(this.#watermark.value);
    await this.#due.emit(out);
  }

  async flush(out: Outputs): Promise<void> {
    this.#take(Number.POSITIVE_INFINITY);
    await this.#due.emit(out);
  }

  snapshot(): TopKState {
    return { watermark: this.#watermark.snapshot(), shape: this.#shape.snapshot(), lists: this.#lists.snapshot() };
  }

  restore(state: unknown): void {
    const { watermark, shape, lists } = state as TopKState;
    this.#watermark = new Watermark(this.#options.outOfOrderSeconds, watermark);
    this.#shape = new RecordShape(shape);
    this.#lists.restore(lists);
  }

  #placer(batch: Batch): (start: number, row: number) => Placing {
    const { field, by } = this.#options;
    const values = fieldColumn(batch, field);
    const keyAt = valuesReader(batch, by);
    const recordAt = this.#shape.reader(batch);
    return (start, row) => this.#lists.add(start, groupKey(keyAt(row)), values.get(row), () => recordAt(row));
  }

  /** Where the window of a record begins; null without a time. */
  #startOf(time: number): number | 'late' | null {
    const { windowSeconds } = this.#options;
    if (windowSeconds === 0) return 0;
    if (Number.isNaN(time)) return null;
    // A window that begins here or later is still open.
    if (this.#watermark.advance(time)) this.#take(this.#open());
    const start = Math.floor(time / windowSeconds) * windowSeconds;
    return start < this.#open() ? 'late' : start;
  }

  #open(): number {
    const { windowSeconds } = this.#options;
    return Math.floor(this.#watermark.value / windowSeconds) * windowSeconds;
  }

  #take(before: number): void {
    for (const ranked of this.#lists.takeBefore(before)) this.#due.add(ranked);
  }

  #batch(ranked: readonly RankedRecord[]): Batch {
    const { rank, windowSeconds } = this.#options;
    const records = this.#shape.batch(
      ranked.map(({ record }) => record),
      this.#context.split,
    );
    const columns: [string, Column][] = [[rank, numbers('integer', ranked, (each) => each.rank)]];
    if (windowSeconds > 0) {
      columns.push(['window_start', numbers('datetime', ranked, ({ start }) => start)]);
      columns.push(['window_end', numbers('datetime', ranked, ({ start }) => start + windowSeconds)]);
    }
    return records.with({ columns });
  }

  #stateFull(): Fault {
    const { maxState } = this.#options;
    return {
      code: 'state_full',
      message: `${maxState} records are held already; raise maxState, or lower k or the number of groups`,
    };
  }
}

function numbers(
  type: NumberColumn['type'],
  ranked: readonly RankedRecord[],
  of: (ranked: RankedRecord) => number,
): NumberColumn {
  return new NumberColumn(type, Float64Array.from(ranked, of));
}

/** Keeps the records of each group that have the largest or smallest values, and ranks them. */
export const topK = defineOperator({
  name: 'top-k',
  summary: 'Keeps the records of each group with the largest values, and ranks them.',
  description: [
    'The records go on as they came, with their `rank`, group after group, when the file ends, or with `windowSeconds` when the watermark',
    'passes the end of their window, and then with `window_start` and `window_end` too. Of equal records, those that came first rank',
    'higher. The others are counted as `not_in_top`, those for a window that has closed as late.',
    '',
    'To rank sums, such as the products with the most revenue in a day, let `tumbling-window` add them up before. Where `maxState` is',
    'reached, a record that would need more becomes a dead letter.',
  ].join('\n'),
  stability: 'stable',
  // Every record is accounted for, but some only after later checkpoints have passed.
  conserves: false,
  options: Options,
  reasons: {
    ...MISSING_TIME,
    not_in_top: 'Others of its group have larger values (or smaller ones, if these are wanted).',
    state_full: 'There are more groups than `maxState` allows.',
  },
  example: {
    options: { k: 1, field: 'revenue', by: ['region'] },
    input: [
      { region: 'North', revenue: 5 },
      { region: 'South', revenue: 2 },
      { region: 'North', revenue: 7 },
    ],
    output: [
      { region: 'North', revenue: 7, rank: 1 },
      { region: 'South', revenue: 2, rank: 1 },
    ],
  },
  create: (options, context) => new TopK(options, context),
});
