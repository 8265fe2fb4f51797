import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import type { Column } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { HashWindow, type WindowState } from './deduplicate/hash-window.ts';
import { RecordHasher } from './deduplicate/record-hasher.ts';
import { fieldColumn } from './values/field-column.ts';
import { timesOf } from './window/event-time.ts';

const Options = Type.Object({
  keys: Type.Array(Type.String(), {
    description: 'Fields that make two records the same; all fields if empty.',
    default: [],
  }),
  capacity: Type.Integer({
    minimum: 1,
    maximum: 16_777_216,
    description: 'How many distinct records to remember, the last ones; 32 bytes each.',
    default: 1_000_000,
  }),
  withinSeconds: Type.Integer({
    minimum: 0,
    description: 'How far apart in time two records may be to be the same; 0 lets time not count.',
    default: 0,
  }),
  time: Type.String({
    description: 'Field with the time, for `withinSeconds`: a date, a date with time, or seconds.',
    default: 'sold_at',
  }),
});

class Deduplicate implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Static<typeof Options>;
  readonly #hasher = new RecordHasher();
  #window: HashWindow;

  constructor(options: Static<typeof Options>) {
    this.#options = options;
    this.#window = new HashWindow(options.capacity);
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const isNew = this.#asker(batch);
    const firsts = new Int32Array(batch.length);
    const again = new Int32Array(batch.length);
    let first = 0;
    let repeated = 0;
    for (let row = 0; row < batch.length; row++) {
      if (isNew(row)) firsts[first++] = row;
      else again[repeated++] = row;
    }
    if (repeated === 0) return out.emit(batch);
    out.filtered(batch, again.slice(0, repeated), 'duplicate');
    return out.emit(batch.select(firsts.slice(0, first)));
  }

  snapshot(): WindowState {
    return this.#window.snapshot();
  }

  restore(state: unknown): void {
    this.#window = HashWindow.restore(this.#options.capacity, state as WindowState);
  }

  /** Says of row after row whether there was none like it before. */
  #asker(batch: Batch): (row: number) => boolean {
    const { withinSeconds, time } = this.#options;
    const hashes = this.#hasher.hash(batch, this.#columns(batch));
    if (withinSeconds === 0) return (row) => this.#window.add(hashes, row);
    const times = timesOf(batch, time);
    return (row) => Number.isNaN(times[row]) || this.#window.addWithin(hashes, row, times[row]!, withinSeconds);
  }

  #columns(batch: Batch): Column[] {
    const { keys, withinSeconds, time } = this.#options;
    if (keys.length > 0) return keys.map((key) => fieldColumn(batch, key));
    // What a rejected row was rejected for is no part of it.
    const isPart = (name: string) => !name.startsWith('tillstream_') && !(withinSeconds > 0 && name === time);
    const names = [...batch.columns.keys()].filter(isPart);
    return names.sort().map((name) => batch.column(name));
  }
}

/** Leaves out records that have been in the same input before, by all fields or by some. */
export const deduplicate = defineOperator({
  name: 'deduplicate',
  summary: 'Leaves out records that repeat an earlier one of the same file.',
  description: [
    'The first of equal records goes on, in the order of the file; the others are counted as `duplicate`. Two missing values are equal.',
    'Other files are not looked at: a record that comes again in a later file is the business of `disposition: merge`.',
    '',
    'Memory is bounded: the last `capacity` distinct records are remembered, and a record equal to an older one goes on. Records are',
    'known by a hash of 128 bits: among a million distinct ones the odds that any two are taken for equal are about 1 in 10²⁶.',
    'A checkpoint keeps 22 bytes for each record remembered.',
    '',
    'With `withinSeconds` a record repeats another only if their times are no further apart, whichever is older, which serves for scans that',
    'come twice: it is compared with the one of its `keys` (all fields but the time, if none are named) that went on last. A record without',
    'a time goes on. Each record remembered then takes 8 bytes more, and 11 in a checkpoint.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  reasons: { duplicate: 'The record is equal to an earlier one of the same file.' },
  example: {
    options: { keys: ['order_id', 'line'] },
    input: [
      { order_id: 'A-1', line: 1, quantity: 2 },
      { order_id: 'A-1', line: 2, quantity: 1 },
      { order_id: 'A-1', line: 1, quantity: 5 },
    ],
    output: [
      { order_id: 'A-1', line: 1, quantity: 2 },
      { order_id: 'A-1', line: 2, quantity: 1 },
    ],
  },
  create: (options) => new Deduplicate(options),
});
