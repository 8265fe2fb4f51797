import type { Channel } from './channel.ts';
import { SEND_TIMEOUT_MS } from './channel.ts';
import { attemptOf, type HttpAnswer, unreachable } from './http-answer.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Sent as bearer token. */
  readonly token?: string | undefined;
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

const HINT = 'check alerts.channels.webhook.url in schema_config.json';

/** Any program that takes JSON over HTTP; docs/alerts.md has the shape. */
export function webhookChannel({ url, token, timeoutMs = SEND_TIMEOUT_MS, now = Date.now }: WebhookOptions): Channel {
  const bearer = token ? { authorization: `Bearer ${token}` } : {};
  const who = new URL(url).host;
  const post = async (key: string, body: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
      'user-agent': 'tillstream',
      ...bearer,
    };
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() };
  };
  return {
    name: 'webhook',
    async send({ key, notice, link }, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const answer = await post(key, JSON.stringify({ key, ...notice, link }), limited);
        return attemptOf(answer, { who, hint: HINT, now: now() });
      } catch (error) {
        return unreachable(who, error as Error);
      }
    },
  };
}
