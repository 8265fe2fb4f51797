import { createConnection } from 'node:net';
import t from 'tap';
import { CLOSE_CODES } from '../../server/protocol.ts';
import { drop, json, loaded, newHome, salesCents, salesCsv, served } from './serving.ts';
import { watch } from './watching.ts';

t.test('a client sees a run from the first record to the last', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const watcher = await watch(t, serving);
  t.equal(watcher.messages[0]?.type, 'snapshot', 'the first message is all there is');
  t.same(watcher.state.run, null);
  await drop(home, 'march.csv', `${salesCsv(60_000)}O9,1,not a date,S001,P0001,C1,1,5,0,cash\n`);
  await watcher.until(({ state }) => state.files?.[0]?.status === 'waiting');
  await serving.run({ trigger: 'test' });
  await watcher.until(({ state }) => state.run?.status === 'done' && state.runs?.[0]?.status === 'done');
  t.same(watcher.problems, [], 'every message is as the protocol says');
  const { run, ledger, kpi, files, operators, runs, timeline } = watcher.state;
  t.match(run, { run_id: 1, trigger: 'test', files_total: 1, files_done: 1, records: 60_001, error: null });
  t.equal(run?.bytes_done, run?.bytes_total);
  t.match(ledger, { balanced: true, provisional: false, in_flight: { records: 0, amount: '0' } });
  t.match(ledger?.inserted, { records: 60_000, amount: (salesCents(60_000) / 100).toString() });
  t.match(ledger?.lines, [{ operator: 'validate', outcome: 'dead_lettered', reason: 'not_a_date', records: 1 }]);
  t.equal(operators?.at(-1)?.written.inserted, 60_000);
  t.match(
    files?.find(({ name }) => name === 'march.csv'),
    { status: 'done', inserted: 60_000, dead_lettered: 1 },
  );
  t.match(runs?.[0], { run_id: 1, status: 'done', inserted: 60_000 });
  t.ok((timeline?.length ?? 0) > 0, 'there is a timeline');
  const summary = await json(serving, '/kpi/summary');
  for (const name of ['version', 'revenue', 'profit', 'margin', 'orders', 'lines', 'units'] as const) {
    t.equal(kpi?.[name], summary[name], `the tile ${name} is what /kpi/summary says`);
  }
  t.equal(kpi?.provisional, false);
  t.equal(kpi?.revenue, salesCents(60_000) / 100);
});

t.test('messages come at most ten times a second, and while a file loads they balance', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const watcher = await watch(t, serving);
  await drop(home, 'a.csv', salesCsv(300_000));
  await serving.run({ trigger: 'test' });
  await watcher.until(({ state }) => state.run?.status === 'done');
  const gaps = watcher.arrivals.slice(2).map((at, index) => at - watcher.arrivals[index + 1]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  t.ok(mean >= 95, `messages are ${Math.round(mean)} ms apart on average`);
  const ledgers = watcher.messages.flatMap((message) =>
    message.type === 'delta' && message.changes.ledger ? [message.changes.ledger] : [],
  );
  const provisional = ledgers.filter((ledger) => ledger.provisional);
  t.ok(provisional.length > 0, 'the balance is shown while it moves');
  for (const { read, adjusted, inserted, updated, unchanged, filtered, late, dead_lettered, in_flight } of ledgers) {
    const accounted = [inserted, updated, unchanged, filtered, late, dead_lettered, in_flight];
    const sum = accounted.reduce((all, { records }) => all + records, 0);
    t.equal(sum, read.records + adjusted.records);
    t.ok(in_flight.records >= 0);
  }
  const kpis = watcher.messages.flatMap((message) =>
    message.type === 'delta' && message.changes.kpi ? [message.changes.kpi] : [],
  );
  t.ok(
    kpis.some(({ provisional }) => provisional),
    'tiles move while the file loads',
  );
  t.equal(kpis.at(-1)?.provisional, false);
});

t.test('a client that comes back gets what it missed', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  await loaded(serving, home, { 'a.csv': salesCsv(100) });
  const first = await watch(t, serving);
  await first.until(({ state }) => state.kpi?.lines === 100);
  const { session, seq } = first;
  first.socket.close();
  const idle = await watch(t, serving, `?session=${session}&since=${first.seq}`);
  t.not(idle.messages[0]?.type, 'snapshot', 'nothing is sent again');
  await loaded(serving, home, { 'b.csv': salesCsv(100, 1000) });
  await idle.until(({ state }) => state.kpi?.lines === 200);
  const back = await watch(t, serving, `?session=${session}&since=${seq}&topics=kpi,run`);
  const [message] = back.messages;
  t.equal(message?.type, 'delta');
  t.match(back.state, { kpi: { lines: 200, provisional: false }, run: { run_id: 2 } });
  const lost = await watch(t, serving, `?session=another&since=${seq}`);
  t.equal(lost.messages[0]?.type, 'snapshot', 'of another start of the server nothing can be resumed');
  const ahead = await watch(t, serving, `?session=${session}&since=999999999`);
  t.equal(ahead.messages[0]?.type, 'snapshot');
});

t.test('a client follows the topics it names, and can say something else later', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const watcher = await watch(t, serving, '?topics=kpi');
  t.same(Object.keys(watcher.state), ['kpi']);
  watcher.say({ type: 'subscribe', topics: ['health', 'runs'] });
  await watcher.until(({ messages }) => messages.length === 2);
  t.same(Object.keys(watcher.state).sort(), ['health', 'runs']);
  watcher.say({ type: 'ping' });
  await watcher.until(({ messages }) => messages.at(-1)?.type === 'heartbeat');
  watcher.say('{"type":"dance"}');
  await watcher.until(({ messages }) => messages.at(-1)?.type === 'error');
  t.match(watcher.messages.at(-1), { code: 'invalid_message' });
  t.equal(watcher.closed, null, 'the connection goes on');
  const wrong = await fetch(`${serving.url}/live?topics=weather`);
  t.equal(wrong.status, 426, 'without an upgrade there is nothing to see');
});

t.test('records leaving an operator are shown to who asks', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const watcher = await watch(t, serving);
  const other = await watch(t, serving);
  watcher.say({ type: 'tap', operator: 'enrich' });
  await drop(home, 'a.csv', salesCsv(200_000));
  await serving.run({ trigger: 'test' });
  await watcher.until(({ state }) => state.tap !== null && state.tap !== undefined);
  const { tap } = watcher.state;
  t.match(tap, { operator: 'enrich', file: 'a.csv' });
  t.match(tap?.records[0]?.values, { store_id: /^S00/, revenue: /^\d+(\.\d+)?$/, sold_at: /^2026-03-/ });
  t.same(watcher.problems, []);
  t.not(other.state.tap, 'another client does not see them');
});

t.test('a client that takes nothing costs nothing and catches up', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home, { frameMs: 5 });
  const { port } = serving;
  const slow = createConnection(port, '127.0.0.1');
  t.teardown(() => slow.destroy());
  const lines = ['GET /live HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'];
  slow.write(
    `${[...lines, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='].join('\r\n')}\r\n\r\n`,
  );
  await new Promise((resolve) => slow.once('data', resolve));
  slow.pause();
  const quick = await watch(t, serving);
  await drop(home, 'a.csv', salesCsv(600_000));
  const before = process.memoryUsage().arrayBuffers;
  await serving.run({ trigger: 'test' });
  await quick.until(({ state }) => state.run?.status === 'done');
  t.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024, 'what it does not take is not kept for it');
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  t.match(metrics, /tillstream_live_clients 2/);
  let text = '';
  slow.setEncoding('latin1').on('data', (data) => {
    text = `${text}${data}`.slice(-200_000);
  });
  slow.resume();
  const caughtUp = () => /"status":"done"/.test(text) && /"provisional":false/.test(text);
  for (let tries = 0; tries < 200 && !caughtUp(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(caughtUp(), 'and then it gets the latest of everything');
});

t.test('a client that talks too much is closed, and all are when the server stops', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const loud = await watch(t, serving);
  for (let n = 0; n < 50; n++) loud.say({ type: 'ping' });
  await loud.until(({ closed }) => closed !== null);
  t.equal(loud.closed?.code, CLOSE_CODES.policy);
  const calm = await watch(t, serving);
  await serving.stop();
  await calm.until(({ closed }) => closed !== null);
  t.equal(calm.closed?.code, CLOSE_CODES.going);
});
