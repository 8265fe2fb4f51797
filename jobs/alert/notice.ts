import type { AlertEventName, AlertRecord, AlertResult } from '../../db/operations/alerts.ts';
import { dayText } from '../../db/period.ts';
import type { CheckFigures, CheckResult } from '../monitor/check-result.ts';
import { plainFigure } from './figures.ts';

/** Events that people are told of. */
export const TOLD_EVENTS = [
  'opened',
  'worsened',
  'reopened',
  'flapping',
  'resolved',
] as const satisfies AlertEventName[];
export type ToldEvent = (typeof TOLD_EVENTS)[number];

/**
 * What is told of an event, on every channel, as it was when it happened. Figures are in whole units: money in the currency unit.
 * Its shape is that of docs/alerts.md.
 */
export interface Notice {
  readonly event: ToldEvent;
  /** When it happened, ISO 8601. */
  readonly at: string;
  readonly alert: {
    readonly alert_id: number;
    readonly key: string;
    readonly check: string;
    readonly subject: Readonly<Record<string, string>>;
    readonly day: string | null;
    readonly severity: AlertRecord['severity'];
    readonly title: string;
    readonly opened_at: string;
    readonly resolved_at: string | null;
  };
  /** A sentence for the shop's owner. */
  readonly message: string;
  /** What was observed and what would have been ok; null where the alert stands for several. */
  readonly figures: CheckFigures | null;
  /** The days that were compared, oldest first. */
  readonly series: readonly { readonly day: string; readonly value: number }[];
  /** What else fails because of it, or what it stands for; the first of them. */
  readonly explains: readonly { readonly key: string; readonly message: string }[];
  readonly explains_total: number;
  readonly facts: Readonly<Record<string, string>>;
}

const MOST_EXPLAINED = 10;
const MOST_DAYS = 90;

export interface NoticeOptions {
  readonly at: number;
  readonly message: string;
  /** The one that caused it. */
  readonly result: CheckResult | null;
  /** What the alert is made of. */
  readonly results: readonly AlertResult[];
}

export function noticeOf(
  alert: AlertRecord,
  event: ToldEvent,
  { at, message, result, results }: NoticeOptions,
): Notice {
  const others = results.filter(({ key, passed_at }) => key !== alert.key && passed_at === null);
  const { evidence, subject = {} } = result ?? {};
  const value = (figure: number | null) => (result ? plainFigure(result.unit, figure) : null);
  const { alert_id, key, code, severity, title } = alert;
  return {
    event,
    at: instant(at),
    alert: {
      ...{ alert_id, key, check: code, subject, day: alert.day === null ? null : dayText(alert.day), severity, title },
      opened_at: instant(alert.opened_at),
      resolved_at: alert.resolved_at === null ? null : instant(alert.resolved_at),
    },
    message,
    figures: result && {
      ...{ unit: result.unit, observed: value(result.observed), expected: value(result.expected) },
      ...{ low: value(result.low), high: value(result.high), score: result.score },
    },
    series: (evidence?.series ?? [])
      .slice(-MOST_DAYS)
      .map(({ day, value: figure }) => ({ day, value: value(figure) ?? 0 })),
    explains: others.slice(0, MOST_EXPLAINED).map((other) => ({
      key: other.key,
      message: (other.result as CheckResult).message,
    })),
    explains_total: others.length,
    facts: evidence?.facts ?? {},
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
