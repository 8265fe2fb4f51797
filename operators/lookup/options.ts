import { type Static, Type } from '@sinclair/typebox';
import { AddedFieldsOption } from '../answers/added-fields.ts';
import { OnErrorOption } from '../async-map/call-options.ts';
import { HttpSource } from './http-finder.ts';

/** What `lookup` can be told. Exactly one of `rows`, `csv`, `sql` and `http` says where things are looked up. */
export const LookupOptions = Type.Object(
  {
    on: Type.Union(
      [Type.Array(Type.String(), { minItems: 1 }), Type.Record(Type.String(), Type.String(), { minProperties: 1 })],
      {
        description:
          'Fields whose values are looked up; or each with the name it has there: the column of `csv` or `rows`, the parameter of `sql`, the place in `http.url`.',
      },
    ),
    fields: Type.Unsafe<AddedFieldsOption>({
      ...AddedFieldsOption,
      description:
        'Field to the column (for `http` the path) that it is set from, or `{ from, type, decimals }`. Without a type it is as the field is held already, else text.',
    }),
    rows: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])), {
        description: 'A small table that stands here in the plan.',
      }),
    ),
    csv: Type.Optional(
      Type.Object(
        {
          path: Type.String({ minLength: 1, description: 'The file, relative to the home.' }),
          delimiter: Type.String({ minLength: 1, default: ',', description: 'What stands between its cells.' }),
          maxRows: Type.Integer({
            minimum: 1,
            default: 1_000_000,
            description: 'Most keys that are held; a file with more stops the run.',
          }),
        },
        {
          additionalProperties: false,
          description: 'A CSV with a header, read into memory once, by the columns needed.',
        },
      ),
    ),
    sql: Type.Optional(
      Type.Object(
        {
          database: Type.String({
            minLength: 1,
            description: 'SQLite file, relative to the home. It is not written to.',
          }),
          query: Type.String({
            minLength: 1,
            description:
              'One SELECT with the names of `on` as parameters: `SELECT price FROM prices WHERE sku = :sku`. Its first row counts.',
          }),
        },
        { additionalProperties: false, description: 'A query on a SQLite database.' },
      ),
    ),
    http: Type.Optional(HttpSource),
    cache: Type.Object(
      {
        size: Type.Integer({ minimum: 0, default: 10_000, description: 'Answers kept, those used last.' }),
        maxAgeMs: Type.Integer({ minimum: 0, default: 3_600_000, description: 'How long an answer may be used.' }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'Answers of `sql` and `http` that are not asked for again.',
      },
    ),
    onMissing: Type.Union([Type.Literal('keep'), Type.Literal('filter'), Type.Literal('dead-letter')], {
      default: 'keep',
      description:
        'What becomes of a record that nothing is found for: it goes on without values in the fields, is left out, or is a dead letter.',
    }),
    onError: OnErrorOption,
  },
  { additionalProperties: false },
);

export type LookupOptions = Static<typeof LookupOptions>;
