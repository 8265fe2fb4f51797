import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { fieldColumn } from './values/field-column.ts';

const Options = Type.Object({
  order: Type.Union([Type.Literal('sequence'), Type.Literal('arrival')], {
    description:
      '`sequence`: what was made of an earlier batch of the source goes first, and of the same batch that of the input named first, so that the order is the same in every run. `arrival`: whatever is there goes on, so that no input waits for a slower one.',
    default: 'sequence',
  }),
  time: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Field with the time of an event: the watermark is then that of the input that is least far.',
    }),
  ),
});

class Merge implements OperatorInstance {
  readonly keepsNothing = true;
  readonly ordered: boolean;
  readonly #time: string | undefined;
  /** Input to the latest time seen there. */
  readonly #latest: Map<string, number>;

  constructor({ order, time }: Static<typeof Options>, { inputs = [] }: OperatorContext) {
    this.ordered = order === 'sequence';
    this.#time = time;
    this.#latest = new Map(inputs.map((input) => [input, Number.NEGATIVE_INFINITY]));
  }

  process(batch: Batch, out: Outputs, input: string): void | Promise<void> {
    if (this.#time !== undefined) this.#advance(input, latestIn(batch, this.#time), out);
    return out.emit(batch);
  }

  ended(input: string, out: Outputs): void {
    if (this.#time !== undefined) this.#advance(input, Number.POSITIVE_INFINITY, out);
  }

  snapshot(): unknown {
    return this.#time === undefined ? undefined : [...this.#latest].filter(([, time]) => Number.isFinite(time));
  }

  restore(state: unknown): void {
    for (const [input, time] of state as [string, number][]) this.#latest.set(input, time);
  }

  #advance(input: string, time: number, out: Outputs): void {
    this.#latest.set(input, Math.max(time, this.#latest.get(input) ?? time));
    const least = Math.min(...this.#latest.values());
    if (Number.isFinite(least)) out.watermark(least);
  }
}

function latestIn(batch: Batch, field: string): number {
  const column = fieldColumn(batch, field);
  let latest = Number.NEGATIVE_INFINITY;
  if (column.kind === 'number') for (const value of column.values) if (value > latest) latest = value;
  return latest;
}

/** Brings branches, or records of several sources, together. */
export const merge = defineOperator({
  name: 'merge',
  summary: 'Brings the records of several inputs together.',
  description: [
    'Its inputs are listed in the plan: `{ "operator": "merge", "from": ["route.north", "map"] }`. Records go on as they are; where one branch',
    'has fields that another has not, what comes after has to cope with both.',
    '',
    'A checkpoint goes on when it has come in at every input. Until then inputs where it has come wait, and with them whatever sends there.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  inputs: 'any',
  example: { options: {}, input: [{ n: 1 }, { n: 2 }], output: [{ n: 1 }, { n: 2 }] },
  create: (options, context) => new Merge(options, context),
});
