const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
/** However long a receiver wants to be left alone: an hour at most, for it may have been a slip. */
const LONGEST_ASKED_MS = 3_600_000;

/**
 * How long to wait after that many attempts in vain: twice as long each time, up to five minutes, less a random part of up to half, so
 * that many senders do not come back at once. Never less than the receiver asked for.
 */
export function backoffMs(attempts: number, retryAfterMs: number | null, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(30, attempts - 1));
  const own = Math.round(full * (1 - random() / 2));
  return Math.max(own, Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS));
}
