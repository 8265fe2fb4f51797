import { sourceText, spec } from './form-text.ts';

/** What an operator may be, from the simplest on. */
export const FORMS = ['map', 'filter', 'flat-map', 'batch', 'source'] as const;
export type Form = (typeof FORMS)[number];

/** Text of a new operator's module and of its test; both work as they are. */
export interface OperatorText {
  readonly module: string;
  readonly test: string;
}

const MAP = {
  option: `round: Type.Integer({ minimum: 1, description: 'Amounts are rounded down to a multiple of this.', default: 100 }),`,
  example: `
    options: { round: 10 },
    input: [{ id: 'a', amount: 127 }, { id: 'b', amount: 40 }],
    output: [{ id: 'a', amount: 120 }, { id: 'b', amount: 40 }],`,
  body: `
  // One record to one record. Make a new object; a record on which this throws becomes a dead letter.
  map: (record, { round }) => ({ ...record, amount: Math.floor(Number(record.amount) / round) * round }),`,
  trial: `{ options: { round: 10 }, records: [{ amount: 19 }, { amount: null }] }`,
  outcome: `{ records: [{ amount: 10 }, { amount: 0 }] }`,
};

const FILTER = {
  option: `least: Type.Integer({ description: 'Records with a smaller amount are left out.', default: 1 }),`,
  example: `
    options: { least: 100 },
    input: [{ id: 'a', amount: 127 }, { id: 'b', amount: 40 }],
    output: [{ id: 'a', amount: 127 }],`,
  body: `
  // Keep the record? What is left out is counted, so the ledger still balances.
  filter: (record, { least }) => Number(record.amount) >= least,`,
  trial: `{ options: { least: 10 }, records: [{ amount: 9 }, { amount: 10 }] }`,
  outcome: `{ records: [{ amount: 10 }], filtered: { filtered: [1] } }`,
};

const FLAT_MAP = {
  option: `separator: Type.String({ minLength: 1, description: 'What stands between two tags.', default: ';' }),`,
  example: `
    options: {},
    input: [{ id: 'a', tags: 'new;red' }, { id: 'b', tags: null }],
    output: [{ id: 'a', tags: 'new' }, { id: 'a', tags: 'red' }],`,
  body: `
  // One record to any number of them, none included.
  flatMap: (record, { separator }) =>
    record.tags === null ? [] : String(record.tags).split(separator).map((tags) => ({ ...record, tags })),`,
  trial: `{ records: [{ tags: 'a;b' }, { tags: 'c' }] }`,
  outcome: `{ records: [{ tags: 'a' }, { tags: 'b' }, { tags: 'c' }] }`,
};

const BATCH = {
  option: `most: Type.Integer({ minimum: 0, description: 'How many records are kept.', default: 1000 }),`,
  reasons: `
  reasons: { beyond_most: 'There are more records than are wanted.' },`,
  example: `
    options: { most: 1 },
    input: [{ id: 'a' }, { id: 'b' }],
    output: [{ id: 'a' }],`,
  body: `
  // All there is: batches of some thousand records, state that survives a crash, and the end.
  create: ({ most }) => {
    let seen = 0;
    return {
      process(batch, out) {
        const rows = Int32Array.from({ length: batch.length }, (_, row) => row);
        const room = Math.min(Math.max(0, most - seen), batch.length);
        seen += batch.length;
        out.filtered(batch, rows.subarray(room), 'beyond_most');
        // Returned or awaited, so that a slow operator behind this one slows it down.
        return out.emit(batch.select(rows.slice(0, room)));
      },
      snapshot: () => seen,
      restore: (state) => {
        seen = state as number;
      },
    };
  },`,
  trial: `{ options: { most: 1 }, records: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }`,
  outcome: `{ records: [{ id: 'a' }], filtered: { beyond_most: [2, 3] } }`,
};

/** The module of a new operator of that form, and its test. */
export function operatorText(name: string, form: Form): OperatorText {
  if (form === 'source') return sourceText(name);
  return spec(name, { map: MAP, filter: FILTER, 'flat-map': FLAT_MAP, batch: BATCH }[form]);
}
