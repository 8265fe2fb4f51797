import { type Static, Type } from '@sinclair/typebox';
import { Count, Instant, MoneyText, nullable, oneOf, pageOf, record, Trouble } from './common.ts';
import { Ledger, LedgerLine, OperatorFigures } from './ledger.ts';
import { TimelinePoint } from './operator-point.ts';

export const RUN_STATUSES = ['running', 'done', 'failed', 'aborted'] as const;

export const RunSummary = record({
  run_id: Type.Integer(),
  trigger: Type.String({ description: 'What started it: ingest, start, api …' }),
  status: oneOf(RUN_STATUSES),
  started_at: Instant,
  ended_at: nullable(Instant),
  duration_ms: nullable(Type.Number()),
  files: Count,
  read: Type.Integer(),
  inserted: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  filtered: Type.Integer(),
  late: Type.Integer(),
  dead_lettered: Type.Integer(),
  revenue: Type.String({ description: 'Money in the records inserted and updated, exact.' }),
  rejected_revenue: Type.String({ description: 'Money in the dead letters, where it can be read.' }),
  balanced: Type.Boolean(),
  error: nullable(Trouble),
});
export type RunSummary = Static<typeof RunSummary>;

/** One way in which a file's columns differ from the dataset's or from the file before. */
export const DriftFinding = record({
  file_id: Type.Integer(),
  file: Type.String(),
  change: Type.String({ description: 'added, removed, renamed, retyped or reordered.' }),
  field: Type.String(),
  against: Type.String({ description: 'dataset or file.' }),
  action: Type.String({ description: 'What the contract made of it.' }),
  detail: Type.Unknown(),
});
export type DriftFinding = Static<typeof DriftFinding>;

export const FILE_STATUSES = [
  'waiting',
  'loading',
  'done',
  'unchanged',
  'unmatched',
  'failed',
  'replaced',
  'abandoned',
] as const;

/** A file, in the inbox or in the warehouse. */
export const FileSummary = record({
  file_id: nullable(Type.Integer({ description: 'null while it waits in the inbox.' })),
  run_id: nullable(Type.Integer()),
  name: Type.String(),
  dataset: nullable(Type.String()),
  disposition: nullable(Type.String()),
  status: oneOf(FILE_STATUSES),
  size_bytes: Count,
  opened_at: nullable(Instant),
  finished_at: nullable(Instant),
  read: Type.Integer(),
  inserted: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  filtered: Type.Integer(),
  late: Type.Integer(),
  dead_lettered: Type.Integer(),
  revenue: MoneyText,
  error: nullable(Trouble),
});
export type FileSummary = Static<typeof FileSummary>;

export const RunDetail = record({
  ...RunSummary.properties,
  detail: Type.Unknown({ description: 'Anything kept about the run: version, host, options.' }),
  ledger: Ledger,
  ledger_lines: Type.Array(LedgerLine),
  operators: Type.Array(OperatorFigures, { description: 'Over all files of the run, in plan order.' }),
  bottleneck: Type.String({ description: 'The operator that set the pace, in a sentence; may be empty.' }),
  file_list: Type.Array(FileSummary),
  drift: Type.Array(DriftFinding),
  timeline: Type.Array(TimelinePoint, { description: 'At most 240 points over the whole run.' }),
});
export type RunDetail = Static<typeof RunDetail>;

export const RunPage = pageOf(RunSummary);
export const FilePage = pageOf(FileSummary);

/** Answer to `POST /runs`. The run's own id comes with the live messages and `GET /runs`, once it has one. */
export const RunRequested = record({
  status: oneOf(['started', 'queued', 'already_queued'] as const),
  run_id: nullable(Type.Integer()),
});
export type RunRequested = Static<typeof RunRequested>;

export const RunCancelled = record({
  status: oneOf(['stopping', 'stopped'] as const),
  run_id: nullable(Type.Integer()),
});
export type RunCancelled = Static<typeof RunCancelled>;

/** Answer to `POST /files`. */
export const UploadResult = record({
  files: Type.Array(
    record({
      name: Type.String({ description: 'As it stands in the inbox; may differ from what was sent.' }),
      size_bytes: Count,
    }),
  ),
});
export type UploadResult = Static<typeof UploadResult>;
