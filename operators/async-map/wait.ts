import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so many milliseconds; rejects with an AbortError as soon as `signal` is aborted. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal });
}
