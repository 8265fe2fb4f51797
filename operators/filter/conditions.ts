import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { fieldColumn, findColumn } from '../values/field-column.ts';
import { Condition, ConditionOptions } from './condition.ts';

/** Conditions that a record meets together, as parts of an operator's options. */
export const CONDITIONS_OPTIONS = {
  where: Type.Array(ConditionOptions, { minItems: 1, description: 'Conditions on fields.' }),
  match: Type.Union([Type.Literal('all'), Type.Literal('any')], {
    description: 'Whether a record must meet all conditions or any of them.',
    default: 'all',
  }),
};

const Both = Type.Object(CONDITIONS_OPTIONS);

/** Several conditions, asked of all records of a batch. */
export class Conditions {
  readonly #conditions: readonly Condition[];
  readonly #askedPresence: ReadonlySet<string>;
  readonly #all: boolean;

  /** Throws `bad_option` where a value does not suit its comparison. */
  constructor({ where, match }: Static<typeof Both>) {
    this.#conditions = where.map((condition) => new Condition(condition));
    this.#askedPresence = new Set(this.#conditions.filter((each) => each.asksPresence).map((each) => each.field));
    this.#all = match === 'all';
  }

  /** By row, 1 where the record meets them. Throws `unknown_field`. */
  of(batch: Batch): Uint8Array {
    const verdict = new Uint8Array(batch.length).fill(this.#all ? 1 : 0);
    const holds = new Uint8Array(batch.length);
    for (const condition of this.#conditions) {
      // A typing error must not leave out a whole file, so an unknown field is one, unless its absence is asked about.
      const find = this.#askedPresence.has(condition.field) ? findColumn : fieldColumn;
      condition.evaluate(find(batch, condition.field), holds);
      if (this.#all) for (let row = 0; row < verdict.length; row++) verdict[row]! &= holds[row]!;
      else for (let row = 0; row < verdict.length; row++) verdict[row]! |= holds[row]!;
    }
    return verdict;
  }
}
