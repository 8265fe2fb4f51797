import type { Channel } from './channel.ts';
import { SEND_TIMEOUT_MS } from './channel.ts';
import { attemptOf } from './http-answer.ts';

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
  return {
    name: 'webhook',
    async send({ key, notice, link }, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, 'user-agent': 'tillstream', ...bearer },
        body: JSON.stringify({ key, ...notice, link }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const answer = {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: await response.text(),
      };
      return attemptOf(answer, { who: new URL(url).host, hint: HINT, now: now() });
    },
  };
}
