import type { Attempt } from './channel.ts';

/** What of an HTTP answer matters here. */
export interface HttpAnswer {
  readonly status: number;
  /** The header Retry-After. */
  readonly retryAfter: string | null;
  /** The beginning of the body. */
  readonly body: string;
}

/** Statuses by which a receiver says that this very message is at fault. */
const REFUSALS = new Set([400, 413, 415, 422]);
const LONGEST_BODY = 200;

/** What an HTTP answer means for the message. `who` is the receiver, `hint` what to do where the address is not the right one. */
export function attemptOf(answer: HttpAnswer, { who, hint, now }: { who: string; hint: string; now: number }): Attempt {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const said = body.trim().slice(0, LONGEST_BODY);
  const error = `${who} answered ${status}${said ? ` (${said})` : ''}`;
  if (REFUSALS.has(status)) return { outcome: 'refused', error };
  const isAddress = status >= 300 && status < 500 && status !== 408 && status !== 429;
  return {
    outcome: 'failed',
    error: isAddress ? `${error}; ${hint}` : error,
    retryAfterMs: retryAfterMs(answer.retryAfter, now),
  };
}

/** Nobody answered. What fetch itself says is only that it failed; why is in its cause, which does not name the address. */
export function unreachable(who: string, { name, message, cause }: Error): Attempt {
  const isTimeout = name === 'TimeoutError';
  const why = isTimeout ? 'no answer in time' : cause instanceof Error && cause.message ? cause.message : message;
  return { outcome: 'failed', error: `${who} cannot be reached: ${why}`, retryAfterMs: null };
}

/** What stands in Retry-After, seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; null if it is neither. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Only what is written as HTTP dates are: Date.parse would take "1.5" for a day in January.
  const time = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : Math.max(0, time - now);
}
