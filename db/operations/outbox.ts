import type { Database } from 'better-sqlite3';
import { Statements } from '../statements.ts';

/** A message that is to be sent. */
export interface OutboxItem {
  readonly outbox_id: number;
  readonly event_key: string;
  /** What is to be told, as it was when it happened. */
  readonly notice: unknown;
  /** How often it was tried. */
  readonly attempts: number;
  /** Somebody began to send it and never said what came of it. */
  readonly interrupted: boolean;
}

/** What is next in a channel: an item to send now, or when to look again; null where there is nothing to come. */
export type NextInOutbox =
  | { readonly item: OutboxItem; readonly at: null }
  | { readonly item: null; readonly at: number | null };

/** How things stand in a channel. Times are milliseconds since 1970. */
export interface ChannelState {
  readonly channel: string;
  /** To be sent, not counting those that quiet hours hold back. */
  readonly waiting: number;
  readonly held: number;
  /** Messages that the receiver would not take. */
  readonly refused: number;
  /** Of the one that is next: how often it was tried in vain, since when, when again, and why. */
  readonly attempts: number;
  readonly failing_since: number | null;
  readonly retry_at: number | null;
  readonly error: string | null;
  /** Since when the one that is next could have been sent. */
  readonly waiting_since: number | null;
  readonly last_sent_at: number | null;
  readonly last_refused: { readonly at: number; readonly error: string } | null;
}

/** A message of an alert and what became of it. */
export interface Delivery {
  readonly outbox_id: number;
  readonly event_id: number;
  readonly channel: string;
  readonly status: 'waiting' | 'sending' | 'sent' | 'refused';
  readonly attempts: number;
  readonly created_at: number;
  readonly held_until: number | null;
  readonly retry_at: number | null;
  readonly ended_at: number | null;
  readonly error: string | null;
}

/** Puts an event into the outbox of a channel; must be in the transaction of the event. */
export function putInOutbox(
  db: Database,
  item: {
    readonly event_id: number;
    readonly channel: string;
    readonly created_at: number;
    readonly held_until: number | null;
  },
): void {
  const sql = `
    INSERT INTO outbox (event_id, channel, created_at, held_until) VALUES (:event_id, :channel, :created_at, :held_until)`;
  Statements.of(db).get(sql).run(item);
}

/** What was held back of an alert goes out before something of it that is not. */
export function releaseHeld(db: Database, alertId: number, channel: string): void {
  const sql = `
    UPDATE outbox SET held_until = NULL
    WHERE channel = ? AND status = 'waiting' AND event_id IN (SELECT event_id FROM alert_events WHERE alert_id = ?)`;
  Statements.of(db).get(sql).run(channel, alertId);
}

/** Channels that were told of an alert, or will be. */
export function channelsTold(db: Database, alertId: number): string[] {
  const sql = 'SELECT DISTINCT channel FROM outbox JOIN alert_events USING (event_id) WHERE alert_id = ?';
  return Statements.of(db).get(sql).pluck().all(alertId) as string[];
}

/**
 * Takes what is next in a channel to send it, for as long as the lease. The order is that of the events; what quiet hours hold back
 * lets others pass, what waits for another try does not.
 */
export function takeNext(
  db: Database,
  channel: string,
  { now, leaseMs }: { now: number; leaseMs: number },
): NextInOutbox {
  const take = db.transaction((): NextInOutbox => {
    const first = Statements.of(db).get(FIRST).get({ channel, now }) as FirstRow | undefined;
    if (!first) {
      const at = Statements.of(db).get(NEXT_HELD).pluck().get(channel) as number | null;
      return { item: null, at };
    }
    const wait = first.status === 'sending' ? first.lease_until : first.retry_at;
    if (wait !== null && wait > now) return { item: null, at: wait };
    const sql = "UPDATE outbox SET status = 'sending', attempts = attempts + 1, lease_until = ? WHERE outbox_id = ?";
    Statements.of(db)
      .get(sql)
      .run(now + leaseMs, first.outbox_id);
    const { outbox_id, event_key, attempts } = first;
    const item = {
      outbox_id,
      event_key,
      attempts,
      notice: JSON.parse(first.notice),
      interrupted: first.status === 'sending',
    };
    return { item, at: null };
  });
  return take.immediate();
}

interface FirstRow {
  readonly outbox_id: number;
  readonly status: 'waiting' | 'sending';
  readonly event_key: string;
  readonly notice: string;
  readonly attempts: number;
  readonly retry_at: number | null;
  readonly lease_until: number | null;
}

const FIRST = `
  SELECT outbox_id, status, event_key, notice, attempts, retry_at, lease_until
  FROM outbox JOIN alert_events USING (event_id)
  WHERE channel = :channel AND status IN ('waiting', 'sending') AND (held_until IS NULL OR held_until <= :now)
  ORDER BY outbox_id LIMIT 1`;
const NEXT_HELD = "SELECT min(held_until) FROM outbox WHERE channel = ? AND status IN ('waiting', 'sending')";

/** The receiver has it, or will never take it. */
export function endDelivery(
  db: Database,
  id: number,
  { status, at, error }: { status: 'sent' | 'refused'; at: number; error: string | null },
): void {
  const sql =
    'UPDATE outbox SET status = ?, ended_at = ?, error = ?, lease_until = NULL, retry_at = NULL WHERE outbox_id = ?';
  Statements.of(db).get(sql).run(status, at, error, id);
}

/** It could not be sent, and will be tried again. */
export function postponeDelivery(
  db: Database,
  id: number,
  { at, retryAt, error }: { at: number; retryAt: number; error: string },
): void {
  const sql = `
    UPDATE outbox SET status = 'waiting', lease_until = NULL, retry_at = ?, error = ?, first_failed_at = coalesce(first_failed_at, ?)
    WHERE outbox_id = ?`;
  Statements.of(db).get(sql).run(retryAt, error, at, id);
}

/** Of every channel that ever had something to send. */
export function channelStates(db: Database, now: number): ChannelState[] {
  const channels = Statements.of(db)
    .get('SELECT DISTINCT channel FROM outbox ORDER BY channel')
    .pluck()
    .all() as string[];
  return channels.map((channel) => {
    const counts = Statements.of(db).get(COUNTS).get({ channel, now }) as Pick<
      ChannelState,
      'waiting' | 'held' | 'refused'
    >;
    const head = Statements.of(db).get(HEAD).get({ channel, now }) as HeadRow | undefined;
    const last_sent_at = Statements.of(db).get(LAST_SENT).pluck().get(channel) as number | null;
    const last_refused = (Statements.of(db).get(LAST_REFUSED).get(channel) as ChannelState['last_refused']) ?? null;
    return { channel, ...counts, ...(head ?? NO_HEAD), last_sent_at, last_refused };
  });
}

type HeadRow = Pick<ChannelState, 'attempts' | 'failing_since' | 'retry_at' | 'error' | 'waiting_since'>;
const NO_HEAD: HeadRow = { attempts: 0, failing_since: null, retry_at: null, error: null, waiting_since: null };

const COUNTS = `
  SELECT count(*) FILTER (WHERE status IN ('waiting', 'sending') AND (held_until IS NULL OR held_until <= :now)) AS waiting,
    count(*) FILTER (WHERE status = 'waiting' AND held_until > :now) AS held,
    count(*) FILTER (WHERE status = 'refused') AS refused
  FROM outbox WHERE channel = :channel`;
const HEAD = `
  SELECT attempts, first_failed_at AS failing_since, retry_at, error, max(created_at, coalesce(held_until, 0)) AS waiting_since
  FROM outbox
  WHERE channel = :channel AND status IN ('waiting', 'sending') AND (held_until IS NULL OR held_until <= :now)
  ORDER BY outbox_id LIMIT 1`;
const LAST_SENT = "SELECT max(ended_at) FROM outbox WHERE channel = ? AND status = 'sent'";
const LAST_REFUSED = `
  SELECT ended_at AS at, error FROM outbox WHERE channel = ? AND status = 'refused' ORDER BY ended_at DESC, outbox_id DESC LIMIT 1`;

/** What was sent of an alert, or is to be, in order. */
export function deliveriesOf(db: Database, alertId: number): Delivery[] {
  const sql = `
    SELECT outbox_id, o.event_id, channel, status, attempts, o.created_at, held_until, retry_at, ended_at, error
    FROM outbox o JOIN alert_events e USING (event_id) WHERE e.alert_id = ? ORDER BY outbox_id`;
  return Statements.of(db).get(sql).all(alertId) as Delivery[];
}
