import type { AlertSettings } from '../../operators/dataset/settings/alerts.ts';
import type { Channel } from './channel.ts';
import { fileChannel } from './file-channel.ts';
import { type AlertEnvironment, alertPolicy, type ChannelName } from './policy.ts';
import { slackChannel } from './slack-channel.ts';
import { webhookChannel } from './webhook-channel.ts';

export interface ChannelOptions {
  readonly settings: AlertSettings;
  readonly env: AlertEnvironment;
  /** Folder of the file channel. */
  readonly logs: string;
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

/** The channels that are on. */
export function channelsOf({ settings, env, logs, ...rest }: ChannelOptions): Channel[] {
  const make: Record<ChannelName, () => Channel> = {
    file: () => fileChannel(logs),
    slack: () => slackChannel({ url: env.SLACK_WEBHOOK_URL ?? '', ...rest }),
    webhook: () =>
      webhookChannel({ url: settings.channels?.webhook?.url ?? '', token: env.TILLSTREAM_WEBHOOK_TOKEN, ...rest }),
  };
  return alertPolicy(settings, env).channels.map(({ channel }) => make[channel]());
}
