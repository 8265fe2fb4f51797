import { type Static, Type } from '@sinclair/typebox';
import { ALERT_EVENTS, ALERT_STATES } from '../../db/operations/alerts.ts';
import { Count, Day, Instant, nullable, oneOf, pageOf, record } from './common.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const UNITS = ['money', 'quantity', 'records', 'ratio', 'count', 'seconds', 'bytes'] as const;

/** What was observed and what would have been ok, in whole units: money in the currency unit. */
export const CheckFigures = record({
  unit: oneOf(UNITS),
  observed: nullable(Type.Number()),
  expected: nullable(Type.Number()),
  low: nullable(Type.Number()),
  high: nullable(Type.Number()),
  score: nullable(Type.Number({ description: 'Robust standard deviations from what was expected.' })),
});
export type CheckFigures = Static<typeof CheckFigures>;

const Subject = Type.Record(Type.String(), Type.String(), {
  description: 'Dimension to value, such as store: S012; empty is the whole shop.',
});

/** An alert, as the page lists it. */
export const Alert = record({
  alert_id: Type.Integer(),
  key: Type.String({ description: 'The check and its subject: revenue{store=S012}.' }),
  code: Type.String({ description: 'The check that found it.' }),
  subject: Subject,
  day: nullable(Day),
  state: oneOf(ALERT_STATES),
  severity: oneOf(SEVERITIES),
  title: Type.String(),
  message: Type.String({ description: 'A sentence for people.' }),
  flapping: Type.Boolean({ description: 'It comes and goes.' }),
  openings: Type.Integer({ minimum: 1, description: 'How often it was opened.' }),
  raised_at: Instant,
  changed_at: Instant,
  resolved_at: nullable(Instant),
  note: nullable(Type.String()),
  figures: nullable(CheckFigures),
});
export type Alert = Static<typeof Alert>;
export const AlertPage = pageOf(Alert);
export type AlertPage = Static<typeof AlertPage>;

/** A failing result that an alert is made of. */
export const AlertPart = record({
  key: Type.String(),
  subject: Subject,
  day: nullable(Day),
  failing: Type.Boolean({ description: 'false: it has passed since.' }),
  message: Type.String(),
  figures: CheckFigures,
});

export const AlertEvent = record({
  event_id: Type.Integer(),
  event: oneOf(ALERT_EVENTS),
  at: Instant,
  message: Type.String(),
});

/** A message about an alert, and what became of it. */
export const Delivery = record({
  event_id: Type.Integer(),
  channel: Type.String(),
  status: oneOf(['waiting', 'sending', 'sent', 'refused'] as const),
  attempts: Count,
  created_at: Instant,
  held_until: nullable(Type.String({ format: 'date-time', description: 'The end of quiet hours.' })),
  retry_at: nullable(Instant),
  ended_at: nullable(Instant),
  error: nullable(Type.String()),
});

export const SeriesPoint = record({ day: Day, value: Type.Number() });

/** `GET /alerts/:id` */
export const AlertDetail = record({
  ...Alert.properties,
  series: Type.Array(SeriesPoint, { description: 'What was compared, oldest first, in whole units.' }),
  facts: Type.Record(Type.String(), Type.String(), { description: 'Evidence, label to text.' }),
  files: Type.Array(record({ file_id: Type.Integer(), name: Type.String() })),
  run_id: nullable(Type.Integer()),
  parts: Type.Array(AlertPart, { description: 'What it is made of: its own results and those it explains.' }),
  events: Type.Array(AlertEvent),
  deliveries: Type.Array(Delivery),
});
export type AlertDetail = Static<typeof AlertDetail>;

/** How alerts get where they are to go. */
export const ChannelDelivery = record({
  channel: Type.String(),
  status: oneOf(['ok', 'retrying', 'failing'] as const),
  message: Type.String({ description: 'A sentence for people.' }),
  waiting: Count,
  held: Type.Integer({ minimum: 0, description: 'Held back by quiet hours.' }),
  refused: Count,
  failing_since: nullable(Instant),
  retry_at: nullable(Instant),
  last_sent_at: nullable(Instant),
});
export type ChannelDelivery = Static<typeof ChannelDelivery>;
