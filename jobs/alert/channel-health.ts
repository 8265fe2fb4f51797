import type { ChannelState } from '../../db/operations/outbox.ts';

/** How a channel is, and why, in a sentence. */
export interface ChannelHealth {
  readonly status: 'ok' | 'retrying' | 'failing';
  readonly message: string;
}

const ATTEMPTS = 5;
const OVERDUE_MS = 15 * 60_000;

/**
 * A channel fails when what is next was tried five times in vain, when nobody has sent it for a quarter of an hour, or when the last
 * message was refused. One that is off, by the configuration or the environment, keeps what it has until it is on again.
 */
export function channelHealth(state: ChannelState, now: number, isOn = true): ChannelHealth {
  const { channel, waiting, attempts, error, waiting_since, last_sent_at, last_refused } = state;
  const wait = waiting === 1 ? '1 alert waits' : `${waiting} alerts wait`;
  if (!isOn)
    return { status: 'ok', message: `${channel}: ${waiting > 0 ? `${wait} until it is set up again` : 'is off'}` };
  if (error !== null && waiting > 0) {
    const status = attempts >= ATTEMPTS ? 'failing' : 'retrying';
    return { status, message: `${channel}: ${error}; ${wait}, tried ${attempts} times` };
  }
  if (waiting_since !== null && now - waiting_since > OVERDUE_MS) {
    const advice = 'is `tillstream start` running, and the channel still set up?';
    return {
      status: 'failing',
      message: `${channel}: ${wait} since ${new Date(waiting_since).toISOString()}; ${advice}`,
    };
  }
  if (last_refused && last_refused.at >= (last_sent_at ?? 0)) {
    return { status: 'failing', message: `${channel}: the last alert was not taken: ${last_refused.error}` };
  }
  return { status: 'ok', message: waiting > 0 ? `${channel}: ${wait}` : `${channel}: all is sent` };
}
