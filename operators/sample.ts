import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { RecordHasher } from './deduplicate/record-hasher.ts';
import { fieldColumn } from './values/field-column.ts';

const Options = Type.Object(
  {
    every: Type.Optional(Type.Integer({ minimum: 1, description: 'Keeps the first record and every n-th after it.' })),
    fraction: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Keeps about this part of the records, chosen by a hash.' }),
    ),
    by: Type.Array(Type.String(), {
      default: [],
      description:
        'With `fraction`: fields whose values decide, so that records with the same values are kept or left out together; all fields if empty.',
    }),
  },
  { additionalProperties: false },
);

type Options = Static<typeof Options>;

const HASHES = 2 ** 32;

class Sample implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Options;
  readonly #hasher = new RecordHasher();
  #seen = 0;

  constructor(options: Options) {
    const { every, fraction, by } = options;
    if ((every === undefined) === (fraction === undefined)) {
      throw new TillstreamError('bad_option', 'sample: expected either `every` or `fraction`');
    }
    if (every !== undefined && by.length > 0) {
      throw new TillstreamError(
        'bad_option',
        'sample: `by` goes with `fraction`; `every` counts records whatever is in them',
      );
    }
    this.#options = options;
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const keeps = this.#chooser(batch);
    const kept: number[] = [];
    const left: number[] = [];
    for (let row = 0; row < batch.length; row++) (keeps(row) ? kept : left).push(row);
    this.#seen += batch.length;
    if (left.length === 0) return out.emit(batch);
    out.filtered(batch, Int32Array.from(left), 'not_sampled');
    return out.emit(batch.select(Int32Array.from(kept)));
  }

  snapshot(): number {
    return this.#seen;
  }

  restore(state: unknown): void {
    this.#seen = state as number;
  }

  #chooser(batch: Batch): (row: number) => boolean {
    const { every, fraction = 1, by } = this.#options;
    if (every !== undefined) return (row) => (this.#seen + row) % every === 0;
    const names = by.length > 0 ? by : [...batch.columns.keys()].sort();
    const { a } = this.#hasher.hash(
      batch,
      names.map((name) => fieldColumn(batch, name)),
    );
    // All bits of a hash are as good as random, so a part of its values is that part of the records.
    return (row) => a[row]! >>> 0 < fraction * HASHES;
  }
}

/** Keeps a part of the records, the same one each time. */
export const sample = defineOperator({
  name: 'sample',
  summary: 'Keeps a part of the records: every n-th, or a fraction by the hash of their fields.',
  description: [
    'Either `every` or `fraction`. A fraction is chosen by a hash of the values, not by chance: the same records give the same part, in',
    'whichever order and file they come, and with `by: ["order_id"]` all lines of an order stay together. The part is as large as asked for',
    'on average; where all records have the same values it is all or nothing.',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: { not_sampled: 'The record is not in the part that the plan keeps.' },
  example: {
    options: { every: 2 },
    input: [{ n: 1 }, { n: 2 }, { n: 3 }],
    output: [{ n: 1 }, { n: 3 }],
  },
  create: (options) => new Sample(options),
});
