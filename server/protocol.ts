import { type Static, Type } from '@sinclair/typebox';
import { Alert } from './schemas/alerts.ts';
import { Count, Instant, MoneyText, nullable, oneOf, record, Trouble } from './schemas/common.ts';
import { Health } from './schemas/health.ts';
import { JobSummary } from './schemas/jobs.ts';
import { Measures } from './schemas/kpi.ts';
import { Ledger, LedgerLine, OperatorFigures } from './schemas/ledger.ts';
import { MonitoringState } from './schemas/monitoring.ts';
import { OperatorPoint, TimelinePoint } from './schemas/operator-point.ts';
import { FileSummary, RunSummary } from './schemas/runs.ts';

/** Version of the messages; a change that an older client could not follow counts it up. */
export const PROTOCOL_VERSION = 1;

/** Parts of the live state that a client can follow. */
export const TOPICS = [
  'run',
  'operators',
  'ledger',
  'timeline',
  'kpi',
  'files',
  'runs',
  'alerts',
  'monitoring',
  'jobs',
  'health',
  'tap',
] as const;
export type Topic = (typeof TOPICS)[number];

export const LIVE_RUN_STATUSES = ['waiting', 'running', 'stopping', 'done', 'failed', 'aborted'] as const;

/** The run at hand, or the last one. Waiting: another process holds the home's lock. */
export const LiveRun = record({
  run_id: nullable(Type.Integer()),
  status: oneOf(LIVE_RUN_STATUSES),
  trigger: Type.String(),
  started_at: Instant,
  elapsed_ms: Type.Number(),
  files_total: Count,
  files_done: Count,
  bytes_total: Count,
  bytes_done: Count,
  records: Count,
  records_per_second: Type.Number({ description: 'Over the last seconds.' }),
  bytes_per_second: Type.Number(),
  remaining_ms: nullable(Type.Number({ description: 'At the present rate; null while unknown.' })),
  file: nullable(Type.String({ description: 'Being loaded now.' })),
  bottleneck: Type.String({ description: 'The operator that sets the pace, in a sentence; may be empty.' }),
  queued: Type.Boolean({ description: 'Another run follows this one.' }),
  error: nullable(Trouble),
});
export type LiveRun = Static<typeof LiveRun>;

/** An operator of the plan at hand: its totals over the file being loaded, and its state now. */
export const LiveOperator = record({
  ...OperatorFigures.properties,
  now: OperatorPoint,
});
export type LiveOperator = Static<typeof LiveOperator>;

/** The run's balance. While a file loads, records on their way between operators are `in_flight`, so that it still balances. */
export const LiveLedger = record({
  ...Ledger.properties,
  in_flight: record({ records: Type.Integer(), amount: MoneyText }),
  provisional: Type.Boolean(),
  lines: Type.Array(LedgerLine, { description: 'Filtered, dead-lettered and late, by operator and reason.' }),
});
export type LiveLedger = Static<typeof LiveLedger>;

/** All sales there are. Provisional while a file loads, final at its commit. */
export const LiveKpi = record({
  version: Type.Integer({
    description: 'Of the warehouse: when it changes, whatever was fetched from /kpi has a successor.',
  }),
  provisional: Type.Boolean(),
  ...Measures.properties,
  avg_margin: nullable(
    Type.Number({ description: "The Python original's: the mean margin of a day's product in a store, in per cent." }),
  ),
});
export type LiveKpi = Static<typeof LiveKpi>;

/** A file in the inbox, being loaded or lately finished. */
export const LiveFile = record({
  key: Type.String({ description: 'Identifies the entry while it is shown.' }),
  ...FileSummary.properties,
  bytes_done: Count,
});
export type LiveFile = Static<typeof LiveFile>;

/** Sampled records as they left an operator, newest last; texts as people write them, null where a value is missing. */
export const TapSample = record({
  operator: Type.String(),
  file: Type.String(),
  seen: Count,
  records: Type.Array(record({ line: Type.Integer(), values: Type.Record(Type.String(), nullable(Type.String())) })),
});
export type TapSample = Static<typeof TapSample>;

/** Everything there is to see. `operators` is in plan order; `files` and `runs` newest first; `timeline` the last points, oldest first. */
export const LiveState = record({
  run: nullable(LiveRun),
  operators: Type.Array(LiveOperator),
  ledger: nullable(LiveLedger),
  timeline: Type.Array(TimelinePoint),
  kpi: nullable(LiveKpi),
  files: Type.Array(LiveFile),
  runs: Type.Array(RunSummary),
  alerts: Type.Array(Alert),
  monitoring: nullable(MonitoringState),
  jobs: Type.Array(JobSummary),
  health: nullable(Health),
  tap: nullable(TapSample),
});
export type LiveState = Static<typeof LiveState>;

const Envelope = { v: Type.Literal(PROTOCOL_VERSION), at: Instant };

/** First message, and the answer to a resume that is too old: forget what you had. */
export const Snapshot = record({
  ...Envelope,
  type: Type.Literal('snapshot'),
  session: Type.String({ description: 'Identifies this start of the server; give it back to resume.' }),
  seq: Count,
  topics: Type.Array(oneOf(TOPICS)),
  state: Type.Partial(LiveState, { additionalProperties: false }),
});
export type Snapshot = Static<typeof Snapshot>;

/**
 * What changed since the last message. Each topic in `changes` replaces what the client had of it, but for two lists:
 * `timeline` points are to be appended (a point whose elapsed_ms is less than the last one's begins a new run: forget
 * the points before), and `files` are to be put in by `key`, while those in `files_gone` are to be taken out.
 */
export const Delta = record({
  ...Envelope,
  type: Type.Literal('delta'),
  seq: Count,
  changes: Type.Partial(LiveState, { additionalProperties: false }),
  files_gone: Type.Optional(Type.Array(Type.String())),
});
export type Delta = Static<typeof Delta>;

/** Sent when there was nothing else for some seconds: the connection is alive. */
export const Heartbeat = record({ ...Envelope, type: Type.Literal('heartbeat'), seq: Count });
export type Heartbeat = Static<typeof Heartbeat>;

/** The client said something that cannot be done; the connection goes on. */
export const LiveError = record({ ...Envelope, type: Type.Literal('error'), ...Trouble.properties });
export type LiveError = Static<typeof LiveError>;

export const ServerMessage = Type.Union([Snapshot, Delta, Heartbeat, LiveError]);
export type ServerMessage = Static<typeof ServerMessage>;

/** Follow these topics and no others; all, unless said otherwise. Answered with a snapshot. */
export const Subscribe = record({
  type: Type.Literal('subscribe'),
  topics: Type.Array(oneOf(TOPICS), { maxItems: TOPICS.length }),
});
/** Show records leaving that operator; null stops it. */
export const TapRequest = record({ type: Type.Literal('tap'), operator: nullable(Type.String({ maxLength: 100 })) });
/** Answered with a heartbeat. */
export const Ping = record({ type: Type.Literal('ping') });

export const ClientMessage = Type.Union([Subscribe, TapRequest, Ping]);
export type ClientMessage = Static<typeof ClientMessage>;

/** How a connection closes, beyond the codes of RFC 6455. */
export const CLOSE_CODES = {
  /** The server stops; come back. */
  going: 1001,
  /** Too many messages from the client, or one too long. */
  policy: 1008,
  /** The client took nothing for so long that it was given up. */
  stalled: 4408,
} as const;
