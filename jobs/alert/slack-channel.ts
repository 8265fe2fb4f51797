import { IncomingWebhook, IncomingWebhookHTTPError, IncomingWebhookRequestError } from '@slack/webhook';
import type { Attempt, Channel } from './channel.ts';
import { SEND_TIMEOUT_MS } from './channel.ts';
import { attemptOf, unreachable } from './http-answer.ts';
import { slackMessage } from './slack-message.ts';

export interface SlackOptions {
  readonly url: string;
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

const HINT = 'make a new webhook for the channel and set SLACK_WEBHOOK_URL to it';

/** Slack, by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackChannel({ url, timeoutMs = SEND_TIMEOUT_MS, now = Date.now }: SlackOptions): Channel {
  return {
    name: 'slack',
    async send(message, signal) {
      // Its errors do not say what stood in Retry-After, nor can it be stopped: both are had from what it fetches with.
      let retryAfter: string | null = null;
      const webhook = new IncomingWebhook(url, {
        timeout: timeoutMs,
        fetch: async (address, { signal: timeout, ...init } = {}) => {
          const response = await fetch(address, {
            ...init,
            signal: timeout ? AbortSignal.any([signal, timeout]) : signal,
          });
          retryAfter = response.headers.get('retry-after');
          return response;
        },
      });
      try {
        await webhook.send(slackMessage(message));
        return { outcome: 'sent' };
      } catch (error) {
        return failure(error, retryAfter, now());
      }
    },
  };
}

function failure(error: unknown, retryAfter: string | null, now: number): Attempt {
  if (error instanceof IncomingWebhookHTTPError) {
    return attemptOf({ status: error.statusCode, retryAfter, body: error.body }, { who: 'Slack', hint: HINT, now });
  }
  if (!(error instanceof IncomingWebhookRequestError)) throw error;
  return unreachable('Slack', error.original);
}
