import type { Database } from 'better-sqlite3';
import { Statements } from '../statements.ts';

export const ALERT_STATES = ['open', 'acknowledged', 'expected', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
export type AlertSeverity = 'info' | 'warning' | 'critical';
export const ALERT_EVENTS = [
  ...(['opened', 'worsened', 'reopened', 'flapping', 'resolved', 'grouped'] as const),
  ...(['acknowledged', 'expected', 'withdrawn'] as const),
] as const;
export type AlertEventName = (typeof ALERT_EVENTS)[number];

/** An alert. Times are milliseconds since 1970, days YYYYMMDD. */
export interface AlertRecord {
  readonly alert_id: number;
  readonly key: string;
  /** The check that found it. */
  readonly code: string;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly message: string;
  readonly day: number | null;
  /** How often it was opened. */
  readonly openings: number;
  /** It comes and goes. */
  readonly flapping: boolean;
  readonly opened_at: number;
  readonly changed_at: number;
  /** Since when what comes and goes has stayed away. */
  readonly passing_since: number | null;
  readonly resolved_at: number | null;
  readonly resolved_day: number | null;
  readonly note: string | null;
  /** Ids of the days that were marked as expected with it. */
  readonly marks: readonly number[];
  /** The latest failing result; null where the alert stands for several. */
  readonly result: unknown;
}

/** A failing result that an alert is made of. Day 0: about now. */
export interface AlertResult {
  readonly key: string;
  readonly day: number;
  readonly at: number;
  readonly passed_at: number | null;
  readonly result: unknown;
}

export interface AlertEvent {
  readonly event_id: number;
  readonly event: AlertEventName;
  readonly at: number;
  readonly message: string;
}

export interface NewEvent {
  readonly event_key: string;
  readonly alert_id: number;
  readonly event: AlertEventName;
  readonly at: number;
  readonly message: string;
  /** What is delivered; null where nobody is told. */
  readonly notice: object | null;
}

type AlertRow = Omit<AlertRecord, 'flapping' | 'marks' | 'result'> & {
  flapping: number;
  marks: string;
  result: string | null;
};

const ACTIVE = "state IN ('open', 'acknowledged')";
const COLUMNS = [
  ...['key', 'code', 'state', 'severity', 'title', 'message', 'day', 'openings', 'flapping', 'opened_at', 'changed_at'],
  ...['passing_since', 'resolved_at', 'resolved_day', 'note', 'marks', 'result'],
];

/** The alert of that key that is open or acknowledged. */
export function activeAlert(db: Database, key: string): AlertRecord | undefined {
  const row = Statements.of(db).get(`SELECT * FROM alerts WHERE key = ? AND ${ACTIVE}`).get(key);
  return row === undefined ? undefined : parsed(row as AlertRow);
}

/** The alert of that key that was resolved last. */
export function lastResolved(db: Database, key: string): AlertRecord | undefined {
  const sql =
    "SELECT * FROM alerts WHERE key = ? AND state = 'resolved' ORDER BY resolved_at DESC, alert_id DESC LIMIT 1";
  const row = Statements.of(db).get(sql).get(key);
  return row === undefined ? undefined : parsed(row as AlertRow);
}

export function findAlert(db: Database, id: number): AlertRecord | undefined {
  const row = Statements.of(db).get('SELECT * FROM alerts WHERE alert_id = ?').get(id);
  return row === undefined ? undefined : parsed(row as AlertRow);
}

export interface AlertFilter {
  readonly states?: readonly AlertState[] | undefined;
  readonly severities?: readonly AlertSeverity[] | undefined;
}

/** Alerts, the latest first. */
export function listAlerts(
  db: Database,
  { limit, offset = 0, ...filter }: AlertFilter & { readonly limit: number; readonly offset?: number },
): AlertRecord[] {
  const sql = `SELECT * FROM alerts ${FILTERED} ORDER BY alert_id DESC LIMIT :limit OFFSET :offset`;
  const rows = Statements.of(db)
    .get(sql)
    .all({ ...bound(filter), limit, offset });
  return (rows as AlertRow[]).map(parsed);
}

export function countAlerts(db: Database, filter: AlertFilter = {}): number {
  return Statements.of(db).get(`SELECT count(*) FROM alerts ${FILTERED}`).pluck().get(bound(filter)) as number;
}

const FILTERED = `
  WHERE (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
    AND (:severities IS NULL OR severity IN (SELECT value FROM json_each(:severities)))`;

function bound({ states, severities }: AlertFilter) {
  return { states: states ? JSON.stringify(states) : null, severities: severities ? JSON.stringify(severities) : null };
}

/** Adds an alert and returns it. */
export function addAlert(db: Database, alert: Omit<AlertRecord, 'alert_id'>): AlertRecord {
  const sql = `INSERT INTO alerts (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')})`;
  const { lastInsertRowid } = Statements.of(db).get(sql).run(stored(alert));
  return { ...alert, alert_id: Number(lastInsertRowid) };
}

/** Writes all there is of an alert. */
export function changeAlert(db: Database, alert: AlertRecord): void {
  const sql = `UPDATE alerts SET ${COLUMNS.map((name) => `${name} = :${name}`).join(', ')} WHERE alert_id = :alert_id`;
  Statements.of(db).get(sql).run(stored(alert));
}

/** Keeps a failing result of an alert; one of the same key and day takes the place of what was there. */
export function addResult(db: Database, alertId: number, result: Omit<AlertResult, 'passed_at'>): void {
  const sql = `
    INSERT INTO alert_results (alert_id, key, day, at, result) VALUES (:alertId, :key, :day, :at, :result)
    ON CONFLICT DO UPDATE SET at = excluded.at, result = excluded.result,
      passed_at = CASE WHEN day > 0 AND passed_day > day THEN passed_at END`;
  const { key, day, at } = result;
  Statements.of(db)
    .get(sql)
    .run({ alertId, key, day, at, result: JSON.stringify(result.result) });
}

/** The key has passed on that day (0: now): its results up to then are no longer failing. */
export function passResults(db: Database, key: string, day: number, at: number): void {
  const sql = `
    UPDATE alert_results SET passed_at = :at, passed_day = :day
    WHERE key = :key AND passed_at IS NULL AND (:day = 0 OR day <= :day)`;
  Statements.of(db).get(sql).run({ key, day, at });
}

/** What an alert is made of, the latest days first. */
export function resultsOf(db: Database, alertId: number): AlertResult[] {
  const sql = 'SELECT key, day, at, passed_at, result FROM alert_results WHERE alert_id = ? ORDER BY day DESC, key';
  const rows = Statements.of(db).get(sql).all(alertId) as (AlertResult & { result: string })[];
  return rows.map((row) => ({ ...row, result: JSON.parse(row.result) as unknown }));
}

/** Was the key's failing on that day marked as expected? What is about now stays expected until it passes. */
export function isExpected(db: Database, key: string, day: number): boolean {
  const sql = `
    SELECT 1 FROM alert_results r JOIN alerts a USING (alert_id)
    WHERE r.key = ? AND r.day = ? AND a.state = 'expected' AND (r.day > 0 OR r.passed_at IS NULL) LIMIT 1`;
  return Statements.of(db).get(sql).get(key, day) !== undefined;
}

/** Was the key's failing on that day told, and over on a later day? */
export function isOver(db: Database, key: string, day: number): boolean {
  const sql = `
    SELECT 1 FROM alert_results r JOIN alerts a USING (alert_id)
    WHERE r.key = ? AND r.day = ? AND r.day > 0
      AND (r.passed_day > r.day OR (a.state = 'resolved' AND a.resolved_day > r.day)) LIMIT 1`;
  return Statements.of(db).get(sql).get(key, day) !== undefined;
}

/** A day on which a key failed, and the alert that stands for it. */
export interface AlertIncident extends Pick<AlertRecord, 'alert_id' | 'state' | 'severity' | 'title'> {
  readonly day: number;
}

/** Days on which a key failed, oldest first; of alerts that share a day, the latest. */
export function incidentsOf(db: Database, key: string): AlertIncident[] {
  const sql = `
    SELECT r.day, max(alert_id) AS alert_id, state, severity, title FROM alert_results r JOIN alerts USING (alert_id)
    WHERE r.key = ? AND r.day > 0 GROUP BY r.day ORDER BY r.day`;
  return Statements.of(db).get(sql).all(key) as AlertIncident[];
}

/** Adds an event and returns its id. */
export function addEvent(db: Database, { notice, ...event }: NewEvent): number {
  const sql = `
    INSERT INTO alert_events (event_key, alert_id, event, at, message, notice)
    VALUES (:event_key, :alert_id, :event, :at, :message, :notice)`;
  const { lastInsertRowid } = Statements.of(db)
    .get(sql)
    .run({ ...event, notice: notice === null ? null : JSON.stringify(notice) });
  return Number(lastInsertRowid);
}

/** What happened to an alert, in order. */
export function eventsOf(db: Database, alertId: number): AlertEvent[] {
  const sql = 'SELECT event_id, event, at, message FROM alert_events WHERE alert_id = ? ORDER BY event_id';
  return Statements.of(db).get(sql).all(alertId) as AlertEvent[];
}

/** Forgets alerts that ended before then, with all that is theirs, unless something of them is still to be delivered. Returns how many. */
export function pruneAlerts(db: Database, before: number): number {
  const sql = `
    SELECT alert_id FROM alerts a WHERE state IN ('resolved', 'expected') AND changed_at < ? AND NOT EXISTS (
      SELECT 1 FROM outbox JOIN alert_events e USING (event_id) WHERE e.alert_id = a.alert_id AND status IN ('waiting', 'sending'))`;
  const prune = db.transaction(() => {
    const ids = db.prepare(sql).pluck().all(before) as number[];
    for (const id of ids) {
      db.prepare('DELETE FROM outbox WHERE event_id IN (SELECT event_id FROM alert_events WHERE alert_id = ?)').run(id);
      for (const table of ['alert_events', 'alert_results', 'alerts']) {
        db.prepare(`DELETE FROM ${table} WHERE alert_id = ?`).run(id);
      }
    }
    return ids.length;
  });
  return prune.immediate();
}

function parsed(row: AlertRow): AlertRecord {
  const result: unknown = row.result === null ? null : JSON.parse(row.result);
  return { ...row, flapping: row.flapping === 1, marks: JSON.parse(row.marks) as number[], result };
}

function stored({ flapping, marks, result, ...alert }: Omit<AlertRecord, 'alert_id'>) {
  const texts = { marks: JSON.stringify(marks), result: result === null ? null : JSON.stringify(result) };
  return { ...alert, ...texts, flapping: flapping ? 1 : 0 };
}
