import type { IncomingWebhookSendArguments } from '@slack/webhook';
import type { Message } from './channel.ts';
import { expectationText, figureText } from './figures.ts';
import type { Notice, ToldEvent } from './notice.ts';
import { sparkline } from './sparkline.ts';

type Blocks = NonNullable<IncomingWebhookSendArguments['blocks']>;

/** What Slack takes at most: https://docs.slack.dev/reference/block-kit/blocks */
const MOST_HEADER = 150;
const MOST_TEXT = 2_900;
const MOST_FIELD = 1_900;
const MOST_EXPLAINED = 5;

const SIGNS: Readonly<Record<Notice['alert']['severity'], string>> = {
  critical: ':red_circle:',
  warning: ':large_orange_circle:',
  info: ':large_blue_circle:',
};
const EVENTS: Readonly<Record<ToldEvent, string>> = {
  opened: '',
  worsened: 'Worse: ',
  reopened: 'Again: ',
  flapping: 'Comes and goes: ',
  resolved: 'Recovered: ',
};

/** A notice as Slack shows it. */
export function slackMessage({ notice, interrupted, link }: Message): IncomingWebhookSendArguments {
  const { event, alert, message } = notice;
  const sign = event === 'resolved' ? ':white_check_mark:' : SIGNS[alert.severity];
  const title = `${EVENTS[event]}${alert.title}`;
  const blocks: Blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(`${sign} ${title}`, MOST_HEADER), emoji: true } },
    section(escaped(message)),
    ...figures(notice),
    ...curve(notice),
    ...explained(notice),
    { type: 'context', elements: [{ type: 'mrkdwn', text: cut(footer(notice, interrupted, link), MOST_TEXT) }] },
  ];
  return { text: cut(`${sign} ${escaped(title)}: ${escaped(message)}`, MOST_TEXT), blocks, unfurl_links: false };
}

function section(text: string): Blocks[number] {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, MOST_TEXT) } };
}

function figures({ figures: known }: Notice): Blocks {
  if (!known || known.observed === null) return [];
  const expected = expectationText(known.unit, known);
  const fields = [`*Observed*\n${figureText(known.unit, known.observed)}`];
  if (expected !== null) fields.push(`*Expected*\n${expected}`);
  return [{ type: 'section', fields: fields.map((text) => ({ type: 'mrkdwn', text: cut(text, MOST_FIELD) })) }];
}

function curve({ series }: Notice): Blocks {
  if (series.length < 3) return [];
  const line = sparkline(series.map(({ value }) => value));
  const last = series.slice(-line.length);
  return [section(`\`${line}\`  ${last[0]?.day} to ${last.at(-1)?.day}`)];
}

function explained({ explains, explains_total }: Notice): Blocks {
  if (explains_total === 0) return [];
  const shown = explains.slice(0, MOST_EXPLAINED).map(({ message }) => `• ${escaped(message)}`);
  const more = explains_total > shown.length ? [`… and ${explains_total - shown.length} more`] : [];
  return [section(['*Because of it*', ...shown, ...more].join('\n'))];
}

function footer({ alert, facts }: Notice, interrupted: boolean, link: string): string {
  const parts = [`<${link}|Open alert ${alert.alert_id}>`, alert.severity];
  if (alert.day !== null) parts.push(alert.day);
  for (const [label, fact] of Object.entries(facts).slice(0, MOST_EXPLAINED))
    parts.push(`${escaped(label)}: ${escaped(fact)}`);
  if (interrupted) parts.push('may have been sent before');
  return parts.join(' · ');
}

/** Text that Slack shows as it is: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
