import { openOperations } from '../db/operations/connection.ts';
import { readConfig } from '../operators/dataset/config.ts';
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
  /** Address of the dashboard, unless the configuration has another. */
  readonly page?: string;
  readonly timeoutMs?: number;
}

const LOOK_MS = 1_000;
const GRACE_MS = 2_000;
const PAGE = 'http://127.0.0.1:8000';

/**
 * Sends alerts from the outbox until the signal. Each channel goes its own pace: one that hangs keeps no other waiting. What could not
 * be sent is sent by the next start. Throws what readConfig and openOperations throw.
 */
export async function deliver(options: DeliverOptions): Promise<{ readonly message: string }> {
  const { home, signal, now = Date.now, random = Math.random, log = () => {}, env = process.env, onWake } = options;
  const { alerts: settings } = await readConfig(home.config);
  const db = openOperations(home.operations);
  try {
    const { cutOff, settle } = graceful(signal);
    const shared = { db, page: settings.page ?? options.page ?? PAGE, signal, cutOff, now, random, log };
    const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
    const channels = channelsOf({ settings, env, logs: home.logs, now, ...timeout });
    const bell = new Bell(signal);
    onWake?.(() => bell.ring());
    await Promise.all(channels.map((channel) => keepDelivering(channel, shared, bell)));
    settle();
    return { message: `alerts were sent by ${channels.map(({ name }) => name).join(', ')}` };
  } finally {
    db.close();
  }
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
