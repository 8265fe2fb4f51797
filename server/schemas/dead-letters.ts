import { type Static, Type } from '@sinclair/typebox';
import { Count, MoneyText, nullable, oneOf, pageOf, record } from './common.ts';

export const Fault = record({
  code: Type.String(),
  message: Type.String(),
  field: Type.Optional(Type.String()),
});

export const DeadLetter = record({
  dead_letter_id: Type.Integer(),
  file_id: Type.Integer(),
  run_id: Type.Integer(),
  file: Type.String(),
  dataset: Type.String(),
  line: Type.Integer({ description: '1-based line of the file.' }),
  byte_offset: nullable(Type.Integer()),
  operator: Type.String(),
  reason: Type.String({ description: 'Code of the gravest fault.' }),
  meaning: nullable(Type.String({ description: 'What the reason means to the owner of the file.' })),
  field: nullable(Type.String()),
  message: Type.String(),
  faults: Type.Array(Fault, { description: 'All faults of the record, the gravest first.' }),
  raw: Type.String({ description: 'The record as it stands in the file.' }),
  cells: nullable(
    Type.Array(record({ field: nullable(Type.String()), text: Type.String(), faulty: Type.Boolean() }), {
      description: 'The raw record cut into its cells; null where it cannot be.',
    }),
  ),
  amount: nullable(MoneyText),
});
export type DeadLetter = Static<typeof DeadLetter>;

export const DeadLetterPage = pageOf(DeadLetter);
export type DeadLetterPage = Static<typeof DeadLetterPage>;

export const DEAD_LETTER_GROUPS = ['reason', 'file', 'dataset'] as const;

export const DeadLetterGroup = record({
  key: Type.String({ description: 'The reason, the file_id or the dataset.' }),
  label: Type.String({ description: 'The reason, the name of the file or the dataset.' }),
  meaning: nullable(Type.String()),
  records: Count,
  amount: MoneyText,
});

/** `GET /dead-letters/groups?by=reason`: counts and money at risk, most records first. */
export const DeadLetterGroups = record({
  by: oneOf(DEAD_LETTER_GROUPS),
  records: Count,
  amount: MoneyText,
  items: Type.Array(DeadLetterGroup),
});
export type DeadLetterGroups = Static<typeof DeadLetterGroups>;
