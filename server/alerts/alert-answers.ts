import { type AlertRecord, eventsOf, resultsOf } from '../../db/operations/alerts.ts';
import { type ChannelState, deliveriesOf } from '../../db/operations/outbox.ts';
import { dayText } from '../../db/period.ts';
import { channelHealth } from '../../jobs/alert/channel-health.ts';
import { plainFigure } from '../../jobs/alert/figures.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import type { Alert, AlertDetail, ChannelDelivery, CheckFigures } from '../schemas/alerts.ts';

type Database = Parameters<typeof eventsOf>[0];

/** Figures of a result in whole units. */
export function checkFigures({ unit, observed, expected, low, high, score }: CheckResult): CheckFigures {
  const plain = (value: number | null) => plainFigure(unit, value);
  return { unit, observed: plain(observed), expected: plain(expected), low: plain(low), high: plain(high), score };
}

/** The compared days of a result in whole units, oldest first. */
export function seriesOf({ unit, evidence }: CheckResult): { day: string; value: number }[] {
  return (evidence.series ?? []).map(({ day, value }) => ({ day, value: plainFigure(unit, value) ?? 0 }));
}

export function alertAnswer(alert: AlertRecord): Alert {
  const { alert_id, key, code, state, severity, title, message, flapping, openings, note } = alert;
  const result = alert.result as CheckResult | null;
  return {
    ...{ alert_id, key, code, subject: { ...result?.subject }, day: dayText(alert.day), state, severity },
    ...{ title, message, flapping, openings, note, figures: result && checkFigures(result) },
    ...{ raised_at: instant(alert.opened_at), changed_at: instant(alert.changed_at) },
    resolved_at: instantOrNull(alert.resolved_at),
  };
}

export function alertDetail(db: Database, alert: AlertRecord): AlertDetail {
  const result = alert.result as CheckResult | null;
  const { facts = {}, files = [], run_id = null } = result?.evidence ?? {};
  return {
    ...alertAnswer(alert),
    ...{ series: result ? seriesOf(result) : [], facts: { ...facts }, files: [...files], run_id },
    parts: resultsOf(db, alert.alert_id).map(({ key, day, passed_at, result: part }) => {
      const { subject, message } = part as CheckResult;
      const figures = checkFigures(part as CheckResult);
      return { key, subject: { ...subject }, day: dayText(day), failing: passed_at === null, message, figures };
    }),
    events: eventsOf(db, alert.alert_id).map((event) => ({ ...event, at: instant(event.at) })),
    deliveries: deliveriesOf(db, alert.alert_id).map(({ outbox_id: _, ...delivery }) => ({
      ...delivery,
      ...{ created_at: instant(delivery.created_at), held_until: instantOrNull(delivery.held_until) },
      ...{ retry_at: instantOrNull(delivery.retry_at), ended_at: instantOrNull(delivery.ended_at) },
    })),
  };
}

export function channelAnswer(state: ChannelState, now: number, isOn: boolean): ChannelDelivery {
  const { channel, waiting, held, refused } = state;
  return {
    ...{ channel, ...channelHealth(state, now, isOn), waiting, held, refused },
    ...{ failing_since: instantOrNull(state.failing_since), retry_at: instantOrNull(state.retry_at) },
    last_sent_at: instantOrNull(state.last_sent_at),
  };
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
