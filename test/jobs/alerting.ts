import type { Database } from 'better-sqlite3';
import type { Test } from 'tap';
import { openOperations } from '../../db/operations/connection.ts';
import { type AlertCounts, type UpdateOptions, updateAlerts } from '../../jobs/alert.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import { ownFolder } from '../own-folder.ts';

/** Something that a check has found; failing unless said otherwise. */
export function found(check: string, said: Partial<CheckResult> = {}): CheckResult {
  return {
    ...{ check, subject: {}, day: '2026-03-02', verdict: 'failing', severity: 'warning', unit: 'money' },
    ...{ observed: 5_000_000, expected: 10_000_000, low: 8_000_000, high: 12_000_000, score: -6.5 },
    message: `${check} is not as it should be.`,
    evidence: {},
    ...said,
  };
}

/** The same, as it should be. */
export function passing(check: string, said: Partial<CheckResult> = {}): CheckResult {
  return found(check, { verdict: 'ok', message: `${check} is back to normal.`, ...said });
}

export const HOUR_MS = 3_600_000;
export const NOON = Date.parse('2026-03-03T12:00:00Z');

/** A database of its own, and a clock that goes when it is told to. */
export class Shop {
  readonly db: Database;
  at = NOON;
  settings: NonNullable<UpdateOptions['settings']> = {};
  env: NonNullable<UpdateOptions['env']> = {};

  constructor(t: Test) {
    this.db = openOperations(`${ownFolder(t)}/operations.db`);
    t.teardown(() => this.db.close());
  }

  readonly now = (): number => this.at;

  /** What is passed to whatever changes alerts. */
  get options() {
    const { db, settings, env, now } = this;
    return { db, settings, env, now };
  }

  update(...results: CheckResult[]): AlertCounts {
    return updateAlerts({ ...this.options, results });
  }

  /** Events and states of all alerts, in order: what happened, in short. */
  get story(): string[] {
    const sql = 'SELECT event, key FROM alert_events JOIN alerts USING (alert_id) ORDER BY event_id';
    return (this.db.prepare(sql).all() as { event: string; key: string }[]).map(({ event, key }) => `${event} ${key}`);
  }

  /** What is in the outbox of a channel, by event. */
  outbox(channel = 'file'): string[] {
    const sql = `
      SELECT event || ' ' || json_extract(notice, '$.alert.key') FROM outbox JOIN alert_events USING (event_id)
      WHERE channel = ? ORDER BY outbox_id`;
    return this.db.prepare(sql).pluck().all(channel) as string[];
  }
}
