import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openOperations } from '../../db/operations/connection.ts';
import { channelStates } from '../../db/operations/outbox.ts';
import { noteServedAt } from '../../db/operations/served-at.ts';
import { backoffMs } from '../../jobs/alert/backoff.ts';
import { channelsOf } from '../../jobs/alert/channels.ts';
import { deliverDue } from '../../jobs/alert/delivery.ts';
import { retryAfterMs } from '../../jobs/alert/http-answer.ts';
import { updateAlerts } from '../../jobs/alert.ts';
import { deliver } from '../../jobs/deliver.ts';
import { until } from '../server/serving.ts';
import { found, NOON, passing, Shop } from './alerting.ts';
import { homeWith, TILL } from './home-with.ts';
import { type Receiver, receiverOn } from './receiver.ts';

const never = new AbortController().signal;

/** A shop whose alerts go to a receiver, as Slack's or as a plain webhook. */
async function shopWith(t: Test, name: 'slack' | 'webhook', { url = '', timeoutMs = 10_000 } = {}) {
  const shop = new Shop(t);
  const receiver = await receiverOn(t);
  if (name === 'slack') shop.env = { SLACK_WEBHOOK_URL: url || receiver.url };
  else {
    shop.settings = { channels: { webhook: { url: receiver.url } } };
    shop.env = { TILLSTREAM_WEBHOOK_TOKEN: 'open sesame' };
  }
  const { settings, env, now } = shop;
  const channels = channelsOf({ settings, env, now, logs: t.testdirName, timeoutMs });
  const channel = channels.find((each) => each.name === name);
  if (!channel) throw new Error(`no channel ${name}`);
  const said: string[] = [];
  const options = { page: () => 'http://till.example:8000/', signal: never, cutOff: never, random: () => 0 };
  const send = () => deliverDue({ ...options, db: shop.db, channel, now, log: (line) => said.push(line) });
  const state = () => channelStates(shop.db, shop.at).find((each) => each.channel === name);
  return { shop, receiver, send, said, state };
}

const titles = ({ taken }: Receiver) => taken.map(({ body }) => body.text as string);

t.test('Slack shows what was observed, what was expected, the curve, the cause and a link', async (t) => {
  const { shop, receiver, send, state } = await shopWith(t, 'slack');
  const series = [7, 8, 9, 8, 5].map((value, i) => ({ day: `2026-02-2${i}`, value: value * 1_000_000 }));
  const low = found('revenue', {
    ...{ subject: { store: 'S012' }, severity: 'critical', message: 'S012 sold <half> of what it does & should.' },
    evidence: { series, facts: { weather: 'snow' } },
  });
  shop.update(low, found('margin', { cause: 'revenue{store=S012}', message: 'The margin fell.' }));
  t.equal(await send(), null, 'nothing is to come');
  const [{ body, headers }] = receiver.taken as [Receiver['taken'][number]];
  t.match(headers['user-agent'], /slack/i, 'sent by the library of Slack');
  const text = JSON.stringify(body.blocks);
  for (const part of [
    ...['Revenue: store S012', ':red_circle:', '*Observed*\\n500.00', '*Expected*\\n1,000.00 (800.00 to 1,200.00)'],
    ...['S012 sold &lt;half&gt; of what it does &amp; should.', '▅▇█▇▁', '• The margin fell.', 'weather: snow'],
    '<http://till.example:8000/#/monitoring?alert=1|Open alert 1>',
  ]) {
    t.ok(text.includes(part), part);
  }
  t.match(state(), { waiting: 0, last_sent_at: NOON, error: null });
});

t.test('whatever a check says, Slack is sent no more than it takes', async (t) => {
  const { shop, receiver, send } = await shopWith(t, 'slack');
  const long = 'x'.repeat(20_000);
  const facts = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`fact ${i}`, long]));
  const others = Array.from({ length: 60 }, (_, i) =>
    found('margin', { subject: { store: `S${i}` }, cause: `revenue{store=${long}}`, message: long }),
  );
  shop.update(found('revenue', { subject: { store: long }, message: long, evidence: { facts } }), ...others);
  await send();
  const { blocks, text } = receiver.taken[0]?.body ?? {};
  t.ok(blocks.length <= 50 && text.length <= 4_000);
  t.ok(blocks[0].text.text.length <= 150);
  for (const block of blocks.slice(1)) {
    for (const each of [block.text, ...(block.fields ?? []), ...(block.elements ?? [])]) {
      t.ok((each?.text.length ?? 0) <= 3_000, block.type);
    }
  }
});

t.test('a receiver that wants to be left alone is, and the order is kept', async (t) => {
  const { shop, receiver, send, state } = await shopWith(t, 'slack');
  receiver.answers = [{ status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' }];
  shop.update(found('revenue'), found('volume'));
  t.equal(await send(), NOON + 30_000);
  shop.update(passing('revenue'));
  shop.at += 29_999;
  t.equal(await send(), NOON + 30_000, 'not a moment earlier, nor what came after it');
  t.equal(receiver.received.length, 1);
  t.match(state(), { waiting: 3, attempts: 1, error: 'Slack answered 429 (rate_limited)', failing_since: NOON });
  shop.at += 1;
  t.equal(await send(), null);
  t.match(titles(receiver), [/orange_circle: Revenue/, /orange_circle: Volume/, /check_mark: Recovered: Revenue/]);
});

t.test('Retry-After may be a date', async (t) => {
  const { shop, receiver, send } = await shopWith(t, 'webhook');
  const date = new Date(NOON + 90_000).toUTCString();
  receiver.answers = [{ status: 503, headers: { 'retry-after': date } }];
  shop.update(found('revenue'));
  t.equal(await send(), NOON + 90_000);
  t.equal(retryAfterMs('120', NOON), 120_000);
  t.equal(retryAfterMs(new Date(NOON - 5_000).toUTCString(), NOON), 0, 'a date that is past');
  for (const nonsense of ['soon', '-3', '1.5', '', null]) t.equal(retryAfterMs(nonsense, NOON), null, String(nonsense));
});

t.test('errors and hanging are tried again, later each time, and nothing is lost or sent twice', async (t) => {
  const { shop, receiver, send, state } = await shopWith(t, 'slack', { timeoutMs: 1_500 });
  receiver.answers = [{ status: 500 }, 'hang', { status: 502 }, { status: 404, body: 'no_service' }];
  shop.update(found('revenue'), found('volume'));
  const waits: number[] = [];
  const errors: unknown[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    const next = (await send()) ?? 0;
    waits.push(next - shop.at);
    errors.push(state()?.error);
    shop.at = next;
  }
  t.same(waits, [1_000, 2_000, 4_000, 8_000]);
  t.match(errors, [
    'Slack answered 500 (ok)',
    'Slack cannot be reached: no answer in time',
    /502/,
    /404 \(no_service\); make a new webhook/,
  ]);
  t.equal(await send(), null);
  t.match(titles(receiver), [/Revenue/, /Volume/]);
  t.match(state(), { waiting: 0, attempts: 0, error: null });
});

t.test('waiting grows to five minutes, with a part by chance, and an hour at most is asked for', async (t) => {
  t.same(
    [1, 2, 9, 10, 99].map((attempts) => backoffMs(attempts, null, () => 0)),
    [1_000, 2_000, 256_000, 300_000, 300_000],
  );
  t.equal(
    backoffMs(2, null, () => 1),
    1_000,
  );
  t.equal(
    backoffMs(1, 60_000, () => 1),
    60_000,
  );
  t.equal(
    backoffMs(1, 1e12, () => 1),
    3_600_000,
  );
});

t.test('what a receiver will never take is shown and does not keep the others waiting', async (t) => {
  const { shop, receiver, send, state, said } = await shopWith(t, 'slack');
  receiver.answers = [{ status: 400, body: 'invalid_blocks' }];
  shop.update(found('revenue'), found('volume'));
  t.equal(await send(), null);
  t.match(titles(receiver), [/Volume/]);
  t.match(state(), { refused: 1, last_refused: { at: NOON, error: 'Slack answered 400 (invalid_blocks)' } });
  t.match(said, [/invalid_blocks.*Revenue.*is not sent/, /sent "Volume"/]);
});

t.test('nobody there', async (t) => {
  const { send, state, shop } = await shopWith(t, 'slack', { url: 'http://127.0.0.1:1' });
  shop.update(found('revenue'));
  t.equal(await send(), NOON + 1_000);
  t.match(state(), { waiting: 1, error: /^Slack cannot be reached: .*(ECONNREFUSED|bad port)/ });
});

t.test('a webhook gets plain JSON, in whole units, with a key to tell what came twice', async (t) => {
  const { shop, receiver, send } = await shopWith(t, 'webhook');
  shop.update(found('revenue'));
  receiver.answers = [{ status: 500 }];
  shop.at = (await send()) ?? 0;
  await send();
  t.equal(receiver.received[0]?.headers['idempotency-key'], receiver.received[1]?.headers['idempotency-key']);
  const [{ headers, body }] = receiver.taken as [Receiver['taken'][number]];
  t.match(headers, {
    authorization: 'Bearer open sesame',
    'content-type': 'application/json',
    'idempotency-key': body.key,
  });
  t.match(body, {
    ...{ event: 'opened', at: '2026-03-03T12:00:00.000Z', message: 'revenue is not as it should be.' },
    alert: { alert_id: 1, key: 'revenue', check: 'revenue', day: '2026-03-02', severity: 'warning', resolved_at: null },
    figures: { unit: 'money', observed: 500, expected: 1_000, low: 800, high: 1_200, score: -6.5 },
    link: 'http://till.example:8000/#/monitoring?alert=1',
  });
});

t.test('a sender that is gone is waited for, then its message is sent again and says so', async (t) => {
  const { shop, receiver, send } = await shopWith(t, 'slack');
  shop.update(found('revenue'));
  shop.db
    .prepare("UPDATE outbox SET status = 'sending', attempts = 1, lease_until = ? WHERE channel = 'slack'")
    .run(NOON + 5_000);
  t.equal(await send(), NOON + 5_000, 'it may be sending still');
  t.equal(receiver.received.length, 0);
  shop.at += 5_000;
  t.equal(await send(), null);
  t.match(JSON.stringify(receiver.taken[0]?.body), /may have been sent before/);
});

t.test('the file has every alert once, also after a crash in the middle of a line', async (t) => {
  const home = await homeWith(t);
  const db = openOperations(home.operations);
  t.teardown(() => db.close());
  const update = (check: string) => updateAlerts({ db, results: [found(check)], env: {} });
  const file = join(home.logs, 'alerts.jsonl');
  const deliverAll = async () => {
    const stop = new AbortController();
    const done = deliver({ home, signal: stop.signal, env: {} });
    while (db.prepare("SELECT 1 FROM outbox WHERE status <> 'sent'").get()) await delay(10);
    stop.abort();
    await done;
  };
  update('revenue');
  await deliverAll();
  db.prepare("UPDATE outbox SET status = 'sending', lease_until = 0").run();
  await appendFile(file, '{"key":"cut sho');
  update('volume');
  await deliverAll();
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  t.equal(lines.length, 3);
  t.same(
    [lines[0], lines[2]].map((line) => JSON.parse(line ?? '').alert.key),
    ['revenue', 'volume'],
  );
});

t.test(
  'killed between the alert and its delivery, or while it waits to try again: delivered once, in order',
  async (t) => {
    const receiver = await receiverOn(t);
    receiver.answers = [{ status: 500 }];
    const config = { channels: { webhook: { url: receiver.url } } };
    const home = await homeWith(t, {}, { datasets: { till: TILL }, alerts: config });
    const db = openOperations(home.operations);
    t.teardown(() => db.close());
    const update = (check: string) => updateAlerts({ db, results: [found(check)], settings: config, env: {} });
    update('revenue');
    update('volume');
    const failed = () =>
      db.prepare("SELECT 1 FROM outbox WHERE channel = 'webhook' AND retry_at IS NOT NULL").get() !== undefined;
    await killedWhen(home.dir, failed);
    t.equal(receiver.received.length, 1, 'tried, and failed');
    update('margin');
    const unsent = "SELECT 1 FROM outbox WHERE channel = 'webhook' AND status <> 'sent'";
    const sent = () => db.prepare(unsent).get() === undefined;
    await killedWhen(home.dir, sent);
    t.same(
      receiver.taken.map(({ body }) => body.alert.key),
      ['revenue', 'volume', 'margin'],
    );
    t.equal(new Set(receiver.taken.map(({ body }) => body.key)).size, 3);
  },
);

t.test('a change of the configuration counts at once, and links lead to where the dashboard is served', async (t) => {
  const receiver = await receiverOn(t);
  const home = await homeWith(t);
  const db = openOperations(home.operations);
  const stop = new AbortController();
  const said: string[] = [];
  const done = deliver({ home, signal: stop.signal, env: {}, log: (line) => said.push(line) });
  noteServedAt(db, 'http://127.0.0.1:8123');
  await writeFile(home.config, '{');
  await until(
    () => said.length,
    (lines) => lines > 0,
  );
  t.match(said, [/^the settings of alerts stay as they were: .*schema_config/]);
  const settings = { channels: { webhook: { url: receiver.url } } };
  await writeFile(home.config, JSON.stringify({ datasets: { till: TILL }, alerts: settings }));
  updateAlerts({ db, results: [found('revenue')], settings, env: {} });
  await until(
    () => receiver.taken.length,
    (taken) => taken === 1,
  );
  t.equal(receiver.taken[0]?.body.link, 'http://127.0.0.1:8123/#/monitoring?alert=1');
  stop.abort();
  t.same(await done, { message: 'alerts were sent by file, webhook' });
  db.close();
});

t.test('the JSON of the docs is what is sent', async (t) => {
  const { shop, receiver, send } = await shopWith(t, 'webhook');
  const evidence = { series: [{ day: '2026-03-02', value: 1 }], facts: { a: 'b' } };
  shop.update(found('revenue', { evidence }), found('margin', { cause: 'revenue' }));
  await send();
  const page = await readFile(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
  const [, example = ''] = /\n( {4}\{\n {6}"key"[\s\S]*?\n {4}\})\n/.exec(page) ?? [];
  t.same(shapeOf(receiver.taken[0]?.body), shapeOf(JSON.parse(example)));
});

/** Names and types, without the values; of a list, the first. */
function shapeOf(value: unknown, name = ''): unknown {
  if (name === 'subject' || name === 'facts' || value === null) return typeof value;
  if (Array.isArray(value)) return [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shapeOf(inner, key)]));
}

/** Delivers in a process of its own, which is killed as soon as it is so. */
async function killedWhen(dir: string, isSo: () => boolean): Promise<void> {
  const child = fork(join(import.meta.dirname, '../fixtures/deliver.ts'), [dir], { silent: true });
  const deadline = Date.now() + 20_000;
  while (!isSo() && Date.now() < deadline && child.exitCode === null) await delay(5);
  child.kill('SIGKILL');
  await once(child, 'exit');
  if (!isSo()) throw new Error(`never came to be: ${child.stderr?.read() ?? ''}`);
}
