import type { Database } from 'better-sqlite3';
import {
  type AlertEventName,
  type AlertRecord,
  addAlert,
  addEvent,
  addResult,
  changeAlert,
  lastResolved,
  resultsOf,
} from '../../db/operations/alerts.ts';
import { channelsTold, putInOutbox, releaseHeld } from '../../db/operations/outbox.ts';
import { type CheckResult, keyOf } from '../monitor/check-result.ts';
import { noticeOf, TOLD_EVENTS, type ToldEvent } from './notice.ts';
import { type AlertPolicy, type ChannelRule, isAtLeast } from './policy.ts';
import { quietUntil } from './quiet-hours.ts';

/** What an alert is opened with. */
export interface Opening extends Pick<AlertRecord, 'key' | 'code' | 'severity' | 'title' | 'message' | 'day'> {
  /** Null where the alert stands for several. */
  readonly result: CheckResult | null;
  /** What it is made of, on its day. */
  readonly results: readonly CheckResult[];
}

export interface BookOptions {
  readonly db: Database;
  readonly policy: AlertPolicy;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A new event's key, which no other event has anywhere. */
  readonly newKey: () => string;
}

/** Writes alerts, what happens to them, and who is to be told. Everything in one transaction, which is the caller's. */
export class AlertBook {
  readonly db: Database;
  readonly policy: AlertPolicy;
  readonly at: number;
  readonly #newKey: () => string;
  /** How often what happened. */
  readonly counts: Partial<Record<AlertEventName, number>> = {};

  constructor({ db, policy, at, newKey }: BookOptions) {
    this.db = db;
    this.policy = policy;
    this.at = at;
    this.#newKey = newKey;
  }

  /** Opens an alert, or again one that was over only just now. */
  open({ results, ...opening }: Opening): void {
    const last = lastResolved(this.db, opening.key);
    const isBack = last?.resolved_at != null && this.at - last.resolved_at < this.policy.withinMs;
    const alert = isBack ? this.#openAgain(last, opening) : addAlert(this.db, { ...this.#fresh(), ...opening });
    this.keep(alert, results);
    if (!isBack) this.happened(alert, 'opened', alert.message, opening.result);
    else if (!alert.flapping) this.happened(alert, 'reopened', alert.message, opening.result);
    else this.happened(alert, 'flapping', alert.message, opening.result);
  }

  #fresh() {
    return {
      ...{ state: 'open' as const, openings: 1, flapping: false, opened_at: this.at, changed_at: this.at },
      ...{ passing_since: null, resolved_at: null, resolved_day: null, note: null, marks: [] },
    };
  }

  #openAgain(last: AlertRecord, opening: Omit<Opening, 'results'>): AlertRecord {
    const openings = last.openings + 1;
    const alert: AlertRecord = {
      ...{ ...last, ...opening, ...this.#fresh() },
      ...{ openings, flapping: openings >= this.policy.openings, opened_at: last.opened_at, note: last.note },
    };
    changeAlert(this.db, alert);
    return alert;
  }

  /** Adds failing results to what an alert is made of. */
  keep({ alert_id }: AlertRecord, results: readonly CheckResult[]): void {
    for (const result of results) {
      const day = result.day === null ? 0 : Number(result.day.replaceAll('-', ''));
      addResult(this.db, alert_id, { key: keyOf(result), day, at: this.at, result });
    }
  }

  /** Writes what became of an alert that goes on, and tells if it is graver than before. */
  goOn(alert: AlertRecord, change: Partial<AlertRecord>): void {
    const severity = change.severity && !isAtLeast(alert.severity, change.severity) ? change.severity : alert.severity;
    const changed = { ...alert, ...change, severity, passing_since: null, changed_at: this.at };
    changeAlert(this.db, changed);
    if (severity !== alert.severity) {
      this.happened(changed, 'worsened', changed.message, changed.result as CheckResult | null);
    }
  }

  /** It passes: the end of it, unless it comes and goes and has not stayed away for long enough. */
  recover(alert: AlertRecord, { day, result }: { day: number | null; result: CheckResult | null }): void {
    const passing_since = alert.passing_since ?? this.at;
    if (alert.flapping && this.at - passing_since < this.policy.withinMs) {
      changeAlert(this.db, { ...alert, passing_since });
      return;
    }
    const resolved = this.#end(alert, day);
    this.happened(resolved, 'resolved', result?.message ?? 'All of it is as it should be again.', result);
  }

  /** Something else explains it: it ends, and nobody is told that it recovered. */
  explained(alert: AlertRecord, by: AlertRecord, day: number | null): void {
    this.happened(this.#end(alert, day), 'grouped', `Explained by alert ${by.alert_id}: ${by.title}`, null);
  }

  #end(alert: AlertRecord, resolved_day: number | null): AlertRecord {
    const times = { changed_at: this.at, resolved_at: this.at, resolved_day };
    const ended: AlertRecord = { ...alert, state: 'resolved', flapping: false, passing_since: null, ...times };
    changeAlert(this.db, ended);
    return ended;
  }

  /** Writes an event, and puts it into the outbox of whoever is to be told. */
  happened(alert: AlertRecord, event: AlertEventName, message: string, result: CheckResult | null): void {
    const { db, at } = this;
    const results = resultsOf(db, alert.alert_id);
    const notice = isTold(event) ? noticeOf(alert, event, { at, message, result, results }) : null;
    const told = channelsTold(db, alert.alert_id);
    const { alert_id } = alert;
    const event_id = addEvent(db, { event_key: this.#newKey(), alert_id, event, at, message, notice });
    this.counts[event] = (this.counts[event] ?? 0) + 1;
    if (!notice) return;
    for (const rule of this.policy.channels) {
      const isWanted = isAtLeast(alert.severity, rule.minimumSeverity);
      if (event === 'resolved' ? told.includes(rule.channel) : isWanted) this.#put(event_id, alert, rule);
    }
  }

  #put(event_id: number, { alert_id, severity }: AlertRecord, { channel, isQuiet }: ChannelRule): void {
    const held_until = isQuiet ? this.#heldUntil(severity) : null;
    if (held_until === null) releaseHeld(this.db, alert_id, channel);
    putInOutbox(this.db, { event_id, channel, created_at: this.at, held_until });
  }

  #heldUntil(severity: AlertRecord['severity']): number | null {
    const { quietHours } = this.policy;
    if (!quietHours) return null;
    const { letThrough } = quietHours;
    return letThrough !== 'none' && isAtLeast(severity, letThrough) ? null : quietUntil(quietHours, this.at);
  }
}

function isTold(event: AlertEventName): event is ToldEvent {
  return (TOLD_EVENTS as readonly string[]).includes(event);
}
