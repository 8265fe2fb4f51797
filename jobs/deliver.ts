import { stat } from 'node:fs/promises';
import type { Database } from 'better-sqlite3';
import { openOperations } from '../db/operations/connection.ts';
import { servedAt } from '../db/operations/served-at.ts';
import { readConfig } from '../operators/dataset/config.ts';
import type { AlertSettings } from '../operators/dataset/settings/alerts.ts';
import type { Channel } from './alert/channel.ts';
import { channelsOf } from './alert/channels.ts';
import { type DeliveryOptions, deliverDue } from './alert/delivery.ts';
import type { AlertEnvironment } from './alert/policy.ts';
import type { Home } from './home.ts';

export interface DeliverOptions {
  readonly home: Home;
  /** Nothing more is begun after it; what is being sent has two seconds left. */
  readonly signal: AbortSignal;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly log?: (line: string) => void;
  /** Hears when there may be something to send; without it, it is seen within a second. */
  readonly onWake?: (listener: () => void) => void;
  readonly env?: AlertEnvironment;
  readonly timeoutMs?: number;
}

const LOOK_MS = 1_000;
const GRACE_MS = 2_000;
/** Where `tillstream start` serves unless told otherwise. */
const PAGE = 'http://127.0.0.1:8000';

/**
 * Sends alerts from the outbox until the signal, by the configuration as it is. Each channel goes its own pace: one that hangs keeps no
 * other waiting. What could not be sent is sent by the next start. Throws what openOperations throws.
 */
export async function deliver(options: DeliverOptions): Promise<{ readonly message: string }> {
  const { home, signal, onWake } = options;
  const db = openOperations(home.operations);
  const { cutOff, settle } = graceful(signal);
  const bell = new Bell(signal);
  onWake?.(() => bell.ring());
  try {
    let settings = (await readSettings(options)) ?? {};
    const names = new Set<string>();
    while (!signal.aborted) {
      const channels = channelsOf({ settings, ...channelOptions(options) });
      for (const { name } of channels) names.add(name);
      const changed = new AbortController();
      const shared = {
        ...deliveryOptions(options, settings, db),
        cutOff,
        signal: AbortSignal.any([signal, changed.signal]),
      };
      const working = Promise.all(channels.map((channel) => keepDelivering(channel, shared, bell)));
      settings = await changedSettings(settings, bell, options);
      changed.abort();
      bell.ring();
      await working;
    }
    return { message: `alerts were sent by ${[...names].join(', ')}` };
  } finally {
    settle();
    db.close();
  }
}

function channelOptions({ home, env = process.env, now = Date.now, timeoutMs }: DeliverOptions) {
  return { env, now, logs: home.logs, ...(timeoutMs !== undefined && { timeoutMs }) };
}

function deliveryOptions(options: DeliverOptions, settings: AlertSettings, db: Database) {
  const { now = Date.now, random = Math.random, log = () => {} } = options;
  return { now, random, log, page: () => settings.page ?? servedAt(db) ?? PAGE, db };
}

/** Resolves with the settings when they are others than before, or with the same at the signal. One that cannot be used changes nothing. */
async function changedSettings(before: AlertSettings, bell: Bell, options: DeliverOptions): Promise<AlertSettings> {
  const { home, signal } = options;
  // It may have been written again just after it was read: the first look reads it once more.
  let writtenAt = 0;
  while (!signal.aborted) {
    await bell.wait(LOOK_MS);
    const at = await lastWritten(home.config);
    if (at === writtenAt) continue;
    writtenAt = at;
    const settings = await readSettings(options);
    if (settings && JSON.stringify(settings) !== JSON.stringify(before)) return settings;
  }
  return before;
}

/** Null where the configuration cannot be used: no reason to keep back alerts, which may tell of that very thing. */
async function readSettings({ home, log = () => {} }: DeliverOptions): Promise<AlertSettings | null> {
  try {
    return (await readConfig(home.config)).alerts;
  } catch (error) {
    log(`the settings of alerts stay as they were: ${(error as Error).message}`);
    return null;
  }
}

async function lastWritten(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function keepDelivering(channel: Channel, shared: Omit<DeliveryOptions, 'channel'>, bell: Bell): Promise<void> {
  const { signal, now, log } = shared;
  while (!signal.aborted) {
    const due = await deliverDue({ ...shared, channel }).catch((error: Error) => {
      // The database may be busy, or the disk full: that passes, and nothing is lost meanwhile.
      log(`${channel.name}: ${error.message}`);
      return null;
    });
    const wait = due === null ? LOOK_MS : Math.min(LOOK_MS, Math.max(10, due - now()));
    await bell.wait(wait);
  }
}

/** A signal that follows another after a while, so that what is at hand can end well. `settle` forgets it. */
function graceful(signal: AbortSignal): { cutOff: AbortSignal; settle: () => void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(), GRACE_MS);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return { cutOff: controller.signal, settle: () => clearTimeout(timer) };
}

/** Wakes those who wait; the signal does too. */
class Bell {
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.ring(), { once: true });
  }

  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  async wait(ms: number): Promise<void> {
    if (this.#signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#waiting.add(resolve);
    await promise;
    this.#waiting.delete(resolve);
    clearTimeout(timer);
  }
}
