import type { AlertSeverity } from '../../db/operations/alerts.ts';
import { type AlertSettings, SEVERITIES } from '../../operators/dataset/settings/alerts.ts';
import type { QuietHours } from './quiet-hours.ts';

/** What alerts need of the environment. */
export interface AlertEnvironment {
  readonly SLACK_WEBHOOK_URL?: string | undefined;
  readonly TILLSTREAM_WEBHOOK_TOKEN?: string | undefined;
}

/** Names of the channels there can be. */
export const CHANNEL_NAMES = ['file', 'slack', 'webhook'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** A channel that is on. */
export interface ChannelRule {
  readonly channel: ChannelName;
  readonly minimumSeverity: AlertSeverity;
  /** Does it keep quiet hours? */
  readonly isQuiet: boolean;
}

/** The settings with everything said that was left to defaults. */
export interface AlertPolicy {
  readonly channels: readonly ChannelRule[];
  readonly quietHours: QuietHours | null;
  readonly severity: Readonly<Record<string, AlertSeverity | 'off'>>;
  readonly openings: number;
  readonly withinMs: number;
  readonly mostAtOnce: number;
}

const HOUR_MS = 3_600_000;
const FLAPPING = { openings: 3, withinHours: 12 };
const MOST_AT_ONCE = 5;

/** Fills in what the settings leave open. */
export function alertPolicy(settings: AlertSettings, env: AlertEnvironment = process.env): AlertPolicy {
  const { channels = {}, quietHours, severity = {}, mostAtOnce = MOST_AT_ONCE } = settings;
  const { openings, withinHours } = { ...FLAPPING, ...settings.flapping };
  const isOn = { file: true, slack: Boolean(env.SLACK_WEBHOOK_URL), webhook: channels.webhook !== undefined };
  const rules = CHANNEL_NAMES.filter((channel) => isOn[channel]).map((channel): ChannelRule => {
    const isQuiet = channel !== 'file';
    const { minimumSeverity = isQuiet ? 'warning' : 'info' } = channels[channel] ?? {};
    return { channel, minimumSeverity, isQuiet };
  });
  const quiet = quietHours ? { timeZone: ownTimeZone(), letThrough: 'critical' as const, ...quietHours } : null;
  return { channels: rules, quietHours: quiet, severity, openings, withinMs: withinHours * HOUR_MS, mostAtOnce };
}

function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Is `severity` as grave as `least`, or graver? */
export function isAtLeast(severity: AlertSeverity, least: AlertSeverity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
