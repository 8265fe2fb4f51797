import { type Static, Type } from '@sinclair/typebox';
import { Batch, Provenance } from '../../engine/batch.ts';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../../engine/operator.ts';
import { type FieldType, FieldTypes } from '../held/field-types.ts';
import { valuesReader } from '../held/group-key.ts';
import { fieldColumn } from '../values/field-column.ts';
import { AggregateSet, Aggregates } from './aggregates.ts';
import { EventTime, MISSING_TIME, missingTime, timesOf, Watermark } from './event-time.ts';
import { type Arrival, type Fired, Panes, type Verdict, type WindowTable } from './pane.ts';

/** Options that all kinds of windows have. */
export const WindowOptions = {
  time: EventTime.time,
  by: Type.Array(Type.String(), {
    description: 'Fields that make a group; all records are one if empty.',
    default: [],
  }),
  aggregates: Aggregates,
  outOfOrderSeconds: EventTime.outOfOrderSeconds,
  allowedLatenessSeconds: Type.Integer({
    minimum: 0,
    description: 'How long a window that has closed still takes records, and tells its new result.',
    default: 0,
  }),
  earlyRecords: Type.Integer({
    minimum: 0,
    description: 'Tells of an open window after every so many records of a group; 0 is never.',
    default: 0,
  }),
  earlySeconds: Type.Integer({
    minimum: 0,
    description:
      'Tells of the open windows in which there is something new at every so many seconds of event time; 0 is never.',
    default: 0,
  }),
  maxState: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    description:
      'How many windows of groups, and distinct values in them, are held at most; about 200 bytes each, and 100 in a checkpoint.',
    default: 100_000,
  }),
};
const Options = Type.Object(WindowOptions);
type Options = Static<typeof Options>;

export const WINDOW_REASONS = {
  ...MISSING_TIME,
  state_full: 'There are more groups, or distinct values, in the open windows than `maxState` allows.',
  amount_overflow: 'With this record a sum would be too large to be kept exactly.',
};

/** What every window's page says, after what is its own. */
export const WINDOW_DESCRIPTION = [
  '',
  'Out come records with `window_start`, `window_end` (which is no part of the window), the fields of `by`, and the aggregates. `pane` says',
  'why: `on_time` when the watermark passes the end; `early` before that, if asked for; `late` when a record came after that, within',
  '`allowedLatenessSeconds`. Each tells the whole result so far, and `revision` counts them from 0: a sink that keeps the highest of each',
  '`window_start` and group has the right figures. A record that comes later still is counted as late.',
  '',
  'The watermark is the newest time so far less `outOfOrderSeconds`; it moves with each record, so results do not depend on batches. Every',
  'file is a stream of its own, whose windows close at its end. Where a file is in no order of time, let `sort` put it in one.',
  '',
  'Sums are exact; a mean is formed once from the whole sum, rounded half to even, with four places if the values are whole numbers.',
  'Aggregates leave out missing values; of none, they are missing, and counts 0. Results stand on the line of a record of theirs: the',
  'first of the window. Where `maxState` is reached, a record that would need more becomes a dead letter.',
].join('\n');

/** Results are passed on at least every so many. */
const CHUNK = 8192;

/** Fields of the results that are no aggregates. */
const OWN = ['window_start', 'window_end', 'pane', 'revision'];

interface WindowState {
  readonly watermark: number | null;
  readonly time: FieldType;
  readonly keys: readonly [string, FieldType][];
  readonly values: readonly [string, FieldType][];
  readonly table: unknown;
}

/** Aggregates records by window and group. `tableOf` makes the kind of windows it has. */
export class WindowOperator implements OperatorInstance {
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #tableOf: (panes: Panes) => WindowTable;
  #watermark: Watermark;
  #aggregates: AggregateSet;
  #keys: FieldTypes;
  #time: FieldTypes;
  #table: WindowTable;
  #fired: Fired[] = [];
  #sequence = 0;

  constructor(options: Options, context: OperatorContext, tableOf: (panes: Panes) => WindowTable) {
    this.#options = options;
    this.#context = context;
    this.#tableOf = tableOf;
    this.#watermark = new Watermark(options.outOfOrderSeconds);
    this.#keys = new FieldTypes();
    this.#time = new FieldTypes();
    this.#aggregates = new AggregateSet(options.aggregates, [...OWN, ...options.by]);
    this.#table = this.#newTable();
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const times = timesOf(batch, this.#options.time);
    const arrivalAt = this.#reader(batch, times);
    const late: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const fate = Number.isNaN(times[row]!) ? missingTime(this.#options.time) : this.#take(arrivalAt(row));
      if (fate === 'late') late.push(row);
      else if (fate !== 'taken') out.deadLetter(batch, row, fate);
      if (this.#fired.length >= CHUNK) await this.#emit(out);
    }
    out.late(batch, Int32Array.from(late));
    if (Number.isFinite(this.#watermark.value)) out.watermark(this.#watermark.value);
    await this.#emit(out);
  }

  async flush(out: Outputs): Promise<void> {
    this.#table.close(Number.POSITIVE_INFINITY);
    await this.#emit(out);
  }

  snapshot(): WindowState {
    return {
      watermark: this.#watermark.snapshot(),
      time: this.#time.get(this.#options.time),
      keys: this.#keys.snapshot(),
      values: this.#aggregates.snapshot(),
      table: this.#table.snapshot(),
    };
  }

  restore(state: unknown): void {
    const { watermark, time, keys, values, table } = state as WindowState;
    const { outOfOrderSeconds, aggregates, by } = this.#options;
    this.#watermark = new Watermark(outOfOrderSeconds, watermark);
    this.#time = new FieldTypes([[this.#options.time, time]]);
    this.#keys = new FieldTypes(keys);
    this.#aggregates = new AggregateSet(aggregates, [...OWN, ...by], values);
    this.#table = this.#newTable();
    this.#table.restore(table, this.#watermark.value);
  }

  #newTable(): WindowTable {
    return this.#tableOf(new Panes(this.#aggregates, this.#options, (fired) => void this.#fired.push(fired)));
  }

  #reader(batch: Batch, times: Float64Array): (row: number) => Arrival {
    const { time, by } = this.#options;
    this.#time.learn(time, fieldColumn(batch, time));
    for (const field of by) this.#keys.learn(field, fieldColumn(batch, field));
    const keyAt = valuesReader(batch, by);
    const valuesAt = this.#aggregates.reader(batch);
    const { provenance } = batch;
    return (row) => ({
      time: times[row]!,
      key: keyAt(row),
      values: valuesAt(row),
      // Every row of a batch has a line.
      place: { line: provenance.lineOf(row)!, offset: provenance.offsetOf(row) },
    });
  }

  #take(record: Arrival): 'taken' | 'late' | [Fault] {
    const before = this.#watermark.value;
    if (this.#watermark.advance(record.time)) this.#moved(before, this.#watermark.value);
    const verdict = this.#table.add(record);
    return verdict === 'taken' || verdict === 'late' ? verdict : [this.#faultOf(verdict)];
  }

  #moved(from: number, to: number): void {
    this.#table.close(to);
    const { earlySeconds } = this.#options;
    if (earlySeconds > 0 && Math.floor(to / earlySeconds) > Math.floor(from / earlySeconds)) this.#table.tellEarly();
  }

  #faultOf(code: Exclude<Verdict, 'taken' | 'late'>): Fault {
    if (code === 'amount_overflow')
      return { code, message: 'with this record a sum of its window would be too large to be kept exactly' };
    const message = `the open windows hold ${this.#options.maxState} groups and distinct values already; raise maxState, or choose smaller windows or fewer groups`;
    return { code, message };
  }

  #emit(out: Outputs): Promise<void> | void {
    const fired = this.#fired;
    if (fired.length === 0) return;
    this.#fired = [];
    return out.emit(this.#batch(fired));
  }

  #batch(fired: readonly Fired[]): Batch {
    const columns = new Map([
      ['window_start', this.#moments(fired.map(({ start }) => start))],
      ['window_end', this.#moments(fired.map(({ end }) => end))],
      ...this.#options.by.map(
        (name, k) =>
          [
            name,
            this.#keys.column(
              name,
              fired.map(({ key }) => key[k]),
            ),
          ] as const,
      ),
      ...this.#aggregates.columns(fired.map(({ results }) => results)),
      ['pane', dictionaryColumn(fired.map(({ firing }) => firing))],
      [
        'revision',
        new NumberColumn(
          'integer',
          Float64Array.from(fired, ({ revision }) => revision),
        ),
      ],
    ]);
    const { split } = this.#context;
    const provenance = provenanceAt(fired);
    return new Batch({ split, sequence: this.#sequence++, provenance, columns, length: fired.length });
  }

  /** As the records' times are, but of a date the bounds are points in time. */
  #moments(seconds: readonly number[]): NumberColumn {
    const type = this.#time.get(this.#options.time);
    const isPlain = type.kind === 'number' && type.type !== 'date';
    return new NumberColumn(isPlain ? type.type : 'datetime', Float64Array.from(seconds));
  }
}

const NO_TEXT = Buffer.alloc(0);

/** Where results stand; they have no text of their own. */
function provenanceAt(fired: readonly Fired[]): Provenance {
  const lines = Int32Array.from(fired, ({ place }) => place.line);
  const offsets = Float64Array.from(fired, ({ place }) => place.offset);
  const nothing = new Int32Array(fired.length);
  return new Provenance(lines, offsets, NO_TEXT, nothing, nothing);
}
