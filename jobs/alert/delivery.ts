import type { Database } from 'better-sqlite3';
import { endDelivery, type OutboxItem, postponeDelivery, takeNext } from '../../db/operations/outbox.ts';
import { backoffMs } from './backoff.ts';
import { type Attempt, type Channel, SEND_TIMEOUT_MS } from './channel.ts';
import type { Notice } from './notice.ts';

export interface DeliveryOptions {
  readonly db: Database;
  readonly channel: Channel;
  /** Address of the dashboard. */
  readonly page: () => string;
  /** Nothing more is begun after it. */
  readonly signal: AbortSignal;
  /** Stops what is being sent; then nobody knows whether it got there. */
  readonly cutOff: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: (line: string) => void;
}

/** Whoever is sending is taken for gone after so long: longer than any attempt takes. */
const LEASE_MS = SEND_TIMEOUT_MS + 5_000;

/**
 * Sends what is due in a channel, one after another in the order of the events. Returns when to look again, in milliseconds since
 * 1970; null where nothing is to come.
 */
export async function deliverDue(options: DeliveryOptions): Promise<number | null> {
  const { db, channel, signal, now } = options;
  while (!signal.aborted) {
    const { item, at } = takeNext(db, channel.name, { now: now(), leaseMs: LEASE_MS });
    if (!item) return at;
    await deliverItem(item, options);
  }
  return null;
}

async function deliverItem(item: OutboxItem, options: DeliveryOptions): Promise<void> {
  const { db, channel, cutOff, now, random, log } = options;
  const attempt = await attempted(item, options);
  const at = now();
  const id = item.outbox_id;
  // It may have got there: it stays as one that is being sent, and the next attempt says so.
  if (attempt.outcome === 'failed' && cutOff.aborted) return;
  if (attempt.outcome === 'failed') {
    const wait = backoffMs(item.attempts + 1, attempt.retryAfterMs, random);
    postponeDelivery(db, id, { at, retryAt: at + wait, error: attempt.error });
    log(`${channel.name}: ${attempt.error}; next attempt in ${Math.round(wait / 1_000)} s`);
    return;
  }
  const error = attempt.outcome === 'refused' ? attempt.error : null;
  endDelivery(db, id, { status: attempt.outcome, at, error });
  log(
    error === null
      ? `${channel.name}: sent ${titleOf(item)}`
      : `${channel.name}: ${error}; ${titleOf(item)} is not sent`,
  );
}

async function attempted(item: OutboxItem, { channel, page, cutOff }: DeliveryOptions): Promise<Attempt> {
  const notice = item.notice as Notice;
  const link = `${page().replace(/\/+$/, '')}/#/monitoring?alert=${notice.alert.alert_id}`;
  try {
    return await channel.send({ key: item.event_key, notice, interrupted: item.interrupted, link }, cutOff);
  } catch (error) {
    return { outcome: 'failed', error: `cannot be sent: ${(error as Error).message}`, retryAfterMs: null };
  }
}

function titleOf({ notice }: OutboxItem): string {
  const { event, alert } = notice as Notice;
  return `"${alert.title}" (${event})`;
}
