import { type Static, Type } from '@sinclair/typebox';
import { ALERT_STATES } from '../../db/operations/alerts.ts';
import { ChannelDelivery, CheckFigures, SEVERITIES, SeriesPoint, UNITS } from './alerts.ts';
import { Count, Day, Instant, nullable, oneOf, record } from './common.ts';

export const VERDICTS = ['failing', 'learning', 'ok'] as const;

/** One pass over all checks. */
export const MonitorRun = record({
  monitor_run_id: Type.Integer(),
  trigger: Type.String(),
  started_at: Instant,
  ended_at: Instant,
  failing: Count,
});
export type MonitorRun = Static<typeof MonitorRun>;

/** What a check found when it last looked. */
export const CheckView = record({
  key: Type.String({ description: 'The check and its subject: revenue{store=S012}.' }),
  check: Type.String(),
  subject: Type.Record(Type.String(), Type.String()),
  title: Type.String(),
  day: nullable(Day),
  verdict: oneOf(VERDICTS),
  severity: oneOf(SEVERITIES),
  message: Type.String({ description: 'A sentence for people.' }),
  figures: CheckFigures,
  cause: nullable(Type.String({ description: 'Key of the check that explains it.' })),
  alert_id: nullable(Type.Integer({ description: 'The alert that is open for it.' })),
});
export type CheckView = Static<typeof CheckView>;

/** `GET /monitoring`: every check as it was when it last looked. */
export const Monitoring = record({
  last_run: nullable(MonitorRun),
  counts: record({ failing: Count, learning: Count, ok: Count }),
  failing: Type.Array(CheckView),
  learning: Type.Array(CheckView),
  ok: Type.Array(CheckView),
  channels: Type.Array(ChannelDelivery),
});
export type Monitoring = Static<typeof Monitoring>;

export const MonitoringPoint = record({
  day: Day,
  verdict: oneOf(VERDICTS),
  observed: nullable(Type.Number()),
  expected: nullable(Type.Number()),
  low: nullable(Type.Number()),
  high: nullable(Type.Number()),
  message: Type.String(),
});

/** A day on which the check failed, and the alert that stands for it. */
export const Incident = record({
  day: Day,
  alert_id: Type.Integer(),
  state: oneOf(ALERT_STATES),
  severity: oneOf(SEVERITIES),
  title: Type.String(),
});

/** `GET /monitoring/series`: what was observed, with the band that was expected, to be drawn. */
export const MonitoringSeries = record({
  key: Type.String(),
  check: Type.String(),
  title: Type.String(),
  unit: oneOf(UNITS),
  points: Type.Array(MonitoringPoint, { description: 'Days that were checked, oldest first, in whole units.' }),
  before: Type.Array(SeriesPoint, { description: 'Days before those, observed only, oldest first.' }),
  incidents: Type.Array(Incident),
});
export type MonitoringSeries = Static<typeof MonitoringSeries>;

/** `POST /monitoring/run` */
export const MonitoringStarted = record({ job_run_id: Type.Integer() });
export type MonitoringStarted = Static<typeof MonitoringStarted>;

/** The live topic `monitoring`: that there is something new to fetch, and whether alerts get out. */
export const MonitoringState = record({ last_run: nullable(MonitorRun), channels: Type.Array(ChannelDelivery) });
export type MonitoringState = Static<typeof MonitoringState>;
