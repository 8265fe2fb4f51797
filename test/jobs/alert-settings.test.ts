import { readFile } from 'node:fs/promises';
import t from 'tap';
import { alertPolicy } from '../../jobs/alert/policy.ts';
import { checkConfig } from '../../operators/dataset/config.ts';
import { TILL } from './home-with.ts';

const configured = (alerts: object) => checkConfig({ datasets: { till: TILL }, alerts }).alerts;

t.test('nothing need be said', async (t) => {
  t.match(alertPolicy(configured({}), {}), {
    ...{ channels: [{ channel: 'file', minimumSeverity: 'info' }], quietHours: null, mostAtOnce: 5, openings: 3 },
  });
  const on = alertPolicy(configured({ channels: { webhook: { url: 'http://x' } } }), { SLACK_WEBHOOK_URL: 'http://s' });
  t.same(
    on.channels.map(({ channel }) => channel),
    ['file', 'slack', 'webhook'],
  );
  t.equal(on.channels[1]?.minimumSeverity, 'warning', 'nobody is called for what is only worth knowing');
});

t.test('what is not known is refused, and the nearest named', async (t) => {
  for (const [alerts, message] of [
    [{ chanels: {} }, /did you mean "channels"/],
    [{ channels: { slak: {} } }, /did you mean "slack"/],
    [{ channels: { slack: { url: 'https://hooks.slack.com/x' } } }, /is not a known key/],
    [{ channels: { webhook: {} } }, /url.*is missing/],
    [{ channels: { slack: { minimumSeverity: 'warn' } } }, /expected one of info, warning, critical/],
    [{ quietHours: { from: '22:00', to: '25:00' } }, /matches/],
    [{ quietHours: { from: '22:00', to: '07:00', timezone: 'UTC' } }, /did you mean "timeZone"/],
    [
      { quietHours: { from: '22:00', to: '07:00', timeZone: 'Berlin' } },
      /expected a time zone such as "Europe\/Berlin", got "Berlin"/,
    ],
    [{ channels: { webhook: { url: 'http://[x' } } }, /expected an address/],
    [{ severity: { volume: 'high' } }, /info, warning, critical, off/],
    [{ mostAtOnce: 0 }, /at least 1/],
  ] as const) {
    t.throws(() => configured(alerts), { message }, JSON.stringify(alerts));
  }
});

t.test('the example in the docs can be used', async (t) => {
  const page = await readFile(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
  const [, example = ''] = /\n( {4}"alerts": \{\n[\s\S]*?\n {4}\})\n/.exec(page) ?? [];
  const { alerts } = JSON.parse(`{${example}}`) as { alerts: object };
  t.match(alertPolicy(configured(alerts), {}), {
    quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', letThrough: 'critical' },
    severity: { basket: 'off' },
  });
});
