import { Type } from '@sinclair/typebox';
import { MAIN } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';

/** Gives every record to each of several outputs. */
export const broadcast = defineOperator({
  name: 'broadcast',
  summary: 'Gives every record to each of several outputs.',
  description: [
    'Another operator takes up an output with `"from": ["broadcast.archive"]`; each needs one that does. All go at the pace of the slowest.',
    '',
    'What goes on is more than what came in, and the ledger says so under `adjusted`. Records that are to be in the warehouse must come',
    'there by one of the outputs only.',
  ].join('\n'),
  stability: 'stable',
  conserves: false,
  options: Type.Object({
    to: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 2,
      uniqueItems: true,
      description: 'Names of the outputs.',
    }),
  }),
  outputs: ({ to }) => {
    if (!to.includes(MAIN)) return to;
    throw new TillstreamError('bad_option', `broadcast: no output can be called "${MAIN}"; choose another name`);
  },
  example: {
    options: { to: ['warehouse', 'archive'] },
    input: [{ n: 1 }, { n: 2 }],
    output: [{ n: 1 }, { n: 2 }, { n: 1 }, { n: 2 }],
  },
  create: ({ to }) => ({
    keepsNothing: true,
    async process(batch, out) {
      for (const port of to) await out.emit(batch.with({ port }));
    },
  }),
});
