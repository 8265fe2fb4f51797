import { type Static, Type } from '@sinclair/typebox';
import { int32s } from '../engine/arrays.ts';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { giveBack } from '../engine/memory.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { CONDITIONS_OPTIONS, Conditions } from './filter/conditions.ts';

const Options = Type.Object({
  ...CONDITIONS_OPTIONS,
  keep: Type.Boolean({ description: 'Keep the records that match; false leaves these out.', default: true }),
  reason: Type.String({
    pattern: '^[a-z][a-z0-9_]*$',
    description: 'What records that are left out are counted as, in snake_case.',
    default: 'filtered',
  }),
});

class Filter implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #conditions: Conditions;
  readonly #options: Static<typeof Options>;

  constructor(options: Static<typeof Options>) {
    this.#options = options;
    this.#conditions = new Conditions(options);
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const { kept, left } = this.#divide(this.#conditions.of(batch));
    const chosen = left.length === 0 ? batch : batch.select(kept);
    out.filtered(batch, left, this.#options.reason);
    giveBack(left);
    return out.emit(chosen);
  }

  #divide(matches: Uint8Array): { kept: Int32Array; left: Int32Array } {
    const wanted = this.#options.keep ? 1 : 0;
    const kept = int32s(matches.length);
    const left = int32s(matches.length);
    let keptCount = 0;
    let leftCount = 0;
    for (let row = 0; row < matches.length; row++) {
      if (matches[row] === wanted) kept[keptCount++] = row;
      else left[leftCount++] = row;
    }
    return { kept: kept.subarray(0, keptCount), left: left.subarray(0, leftCount) };
  }
}

/** Keeps the records that meet conditions on their fields, or leaves these out. Works on columns; no record objects are made. */
export const filter = defineOperator({
  name: 'filter',
  summary: 'Keeps records that meet conditions on their fields.',
  description: [
    'Comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, `in` (a list), `matches` (a regular expression found anywhere in the text),',
    '`is_missing` and `is_present`. A missing value meets no condition but `is_missing`.',
    '',
    'Numbers are written as people do (`12.5` for money), dates as `2026-12-31` or `2026-12-31T18:00:00`; a date stands for its whole day,',
    'so `sold_at <= 2026-12-31` includes the evening. Texts compare by their characters, unless the value is a number.',
    '',
    'A field that the records do not have is an error, unless one of the conditions asks whether that field is missing.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  reasons: { filtered: 'The record does not meet the conditions of a filter in the plan (or the reason given there).' },
  example: {
    options: {
      where: [
        { field: 'region', op: 'in', value: ['North', 'South'] },
        { field: 'quantity', op: '>', value: 0 },
      ],
    },
    input: [
      { region: 'North', quantity: 2 },
      { region: 'North', quantity: -1 },
      { region: 'West', quantity: 5 },
      { region: null, quantity: 1 },
    ],
    output: [{ region: 'North', quantity: 2 }],
  },
  create: (options) => new Filter(options),
});
