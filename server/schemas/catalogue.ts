import { type Static, Type } from '@sinclair/typebox';
import { nullable, oneOf, record } from './common.ts';

export const OperatorOption = record({
  name: Type.String(),
  type: Type.String({ description: 'In words: integer, string, list of string …' }),
  description: Type.String(),
  required: Type.Boolean(),
  default: Type.Unknown({ description: 'Absent or null where there is none.' }),
});

export const OperatorInfo = record({
  name: Type.String(),
  kind: oneOf(['source', 'operator'] as const),
  summary: Type.String(),
  description: Type.String({ description: 'Markdown; may be empty.' }),
  stability: oneOf(['stable', 'experimental'] as const),
  conserves: Type.Boolean({ description: 'Every record that comes in is accounted for.' }),
  options: Type.Array(OperatorOption),
  reasons: Type.Array(record({ code: Type.String(), meaning: Type.String() })),
  example: nullable(
    record({ options: Type.Unknown(), input: Type.Array(Type.Unknown()), output: Type.Array(Type.Unknown()) }),
  ),
  metrics: Type.Array(record({ name: Type.String(), help: Type.String() }), {
    description: 'Prometheus metrics it is counted in.',
  }),
});
export type OperatorInfo = Static<typeof OperatorInfo>;

export const OperatorCatalogue = record({ items: Type.Array(OperatorInfo) });
export type OperatorCatalogue = Static<typeof OperatorCatalogue>;

export const DatasetInfo = record({
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  match: record({ files: Type.Array(Type.String()), header: Type.Array(Type.String()) }),
  fields: Type.Array(
    record({
      name: Type.String(),
      title: nullable(Type.String()),
      description: nullable(Type.String()),
      type: Type.String(),
      format: nullable(Type.String()),
      required: Type.Boolean(),
      aliases: Type.Array(Type.String()),
    }),
  ),
  primary_key: Type.Array(Type.String()),
  disposition: Type.String(),
  contract: record({ columns: Type.String(), types: Type.String() }),
  map: Type.Record(Type.String(), Type.Unknown(), { description: 'Canonical field to field.' }),
  plan: Type.Array(record({ id: Type.String(), operator: Type.String() })),
});
export type DatasetInfo = Static<typeof DatasetInfo>;

export const DatasetCatalogue = record({ items: Type.Array(DatasetInfo) });
export type DatasetCatalogue = Static<typeof DatasetCatalogue>;
