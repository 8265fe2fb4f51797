import { type Static, Type } from '@sinclair/typebox';
import { Count, MoneyText, nullable, oneOf, record } from './common.ts';

/** What can become of a record, in the order in which it is shown. The first is the sum of the others, less `adjusted`. */
export const FATES = ['read', 'inserted', 'updated', 'unchanged', 'filtered', 'late', 'dead_lettered'] as const;

/** Records, and the exact money in them. */
export const Tally = record({ records: Type.Integer(), amount: MoneyText });
export type Tally = Static<typeof Tally>;

/** read + adjusted = inserted + updated + unchanged + filtered + late + dead_lettered, in records and in money. */
export const Ledger = record({
  read: Tally,
  adjusted: Tally,
  inserted: Tally,
  updated: Tally,
  unchanged: Tally,
  filtered: Tally,
  late: Tally,
  dead_lettered: Tally,
  balanced: Type.Boolean(),
});
export type Ledger = Static<typeof Ledger>;

/** One line of the ledger. */
export const LedgerLine = record({
  operator: Type.String({ description: 'Id in the plan.' }),
  outcome: oneOf([...FATES, 'adjusted'] as const),
  reason: Type.String({ description: 'Fault code or filter reason; empty where there is none.' }),
  records: Type.Integer(),
  amount: MoneyText,
});
export type LedgerLine = Static<typeof LedgerLine>;

const ByReason = Type.Record(Type.String(), Count);

/** What one operator did, over a file or since a run began. */
export const OperatorFigures = record({
  id: Type.String({ description: 'In the plan.' }),
  inputs: Type.Array(Type.String(), { description: 'Ids of the operators whose records it takes.' }),
  records_in: Count,
  records_out: Count,
  filtered: Count,
  dead_lettered: Count,
  late: Count,
  filtered_by: ByReason,
  dead_lettered_by: ByReason,
  written: Type.Record(Type.String(), Count, { description: 'What a sink did with its records, by outcome.' }),
  batches: Count,
  bytes: Type.Number({ description: 'Bytes of the file that a source has consumed; 0 for others.' }),
  busy_ms: Type.Number(),
  idle_ms: Type.Number(),
  backpressured_ms: Type.Number(),
  batch_latency_ms: Type.Number(),
  watermark: nullable(Type.Number({ description: 'Event time in seconds since 1970.' })),
});
export type OperatorFigures = Static<typeof OperatorFigures>;
