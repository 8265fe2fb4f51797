import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import WebSocket, { WebSocketServer } from 'ws';
import { Hub } from '../../server/live/hub.ts';
import { LiveStore } from '../../server/live/live-store.ts';
import type { ServerMessage } from '../../server/protocol.ts';
import type { Alert } from '../../server/schemas.ts';

/** A hub whose clients connect over real sockets. */
async function hubOn(t: Test, frameMs: number) {
  const store = new LiveStore();
  const watched: (readonly string[])[] = [];
  const hub = new Hub(store, { frameMs, now: Date.now, onWatched: (operators) => watched.push(operators) });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    hub.join(socket, { topics: [], session: undefined, since: undefined });
  });
  await once(server, 'listening');
  t.teardown(() => {
    hub.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { store, hub, sockets, watched, url: `ws://127.0.0.1:${port}` };
}

/** Something large to show. */
function alert(id: number): Alert {
  const raised_at = new Date(0).toISOString();
  return {
    ...{ alert_id: id, key: 'large', code: 'large', subject: {}, day: null, state: 'open', severity: 'info' },
    ...{ title: 'x'.repeat(100_000), message: '', flapping: false, openings: 1, raised_at, changed_at: raised_at },
    ...{ resolved_at: null, note: null, figures: null },
  };
}

async function connected(t: Test, url: string): Promise<{ socket: WebSocket; messages: ServerMessage[] }> {
  const socket = new WebSocket(url);
  const messages: ServerMessage[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as ServerMessage));
  await once(socket, 'open');
  t.teardown(() => socket.terminate());
  return { socket, messages };
}

t.test('a client that stops reading loses frames, never memory, and then gets the latest of everything', async (t) => {
  const { store, hub, sockets, url } = await hubOn(t, 2);
  const slow = await connected(t, url);
  const quick = await connected(t, url);
  await delay(20);
  slow.socket.pause();
  let most = 0;
  for (let n = 1; n <= 400; n++) {
    store.set('alerts', [alert(n)]);
    await delay(3);
    most = Math.max(most, sockets[0]?.bufferedAmount ?? 0);
  }
  t.ok(hub.dropped > 0, `${hub.dropped} frames were dropped`);
  t.ok(most < 600_000, `at most ${most} bytes of 40 MB waited for it`);
  t.ok(quick.messages.length > 100, 'others are not held up');
  const before = slow.messages.length;
  slow.socket.resume();
  while (lastAlert(slow.messages) !== 400) await delay(10);
  t.ok(slow.messages.length - before < 300, 'what it missed is not sent after it');
});

function lastAlert(messages: readonly ServerMessage[]): number | undefined {
  const last = messages.findLast((message) => message.type === 'delta');
  return last?.type === 'delta' ? last.changes.alerts?.[0]?.alert_id : undefined;
}

t.test('many changes are one message', async (t) => {
  const { store, url } = await hubOn(t, 100);
  const { messages } = await connected(t, url);
  await delay(150);
  for (let n = 1; n <= 50; n++) {
    store.set('alerts', [{ ...alert(n), title: String(n) }]);
    await delay(10);
  }
  await delay(150);
  const deltas = messages.filter(({ type }) => type === 'delta');
  t.ok(deltas.length <= 9 && deltas.length >= 2, `${deltas.length} messages in 500 ms`);
  t.equal(lastAlert(messages), 50);
});

t.test('what is no longer known is not guessed', async (t) => {
  const store = new LiveStore();
  const view = { topics: new Set(['timeline', 'files', 'runs'] as const), tap: null };
  const point = (elapsed_ms: number) => ({ elapsed_ms, file: 'a', bytes: 0, records: 0, operators: [] });
  for (let n = 0; n < 100; n++) store.addPoint(point(n));
  const { seq } = store;
  for (let n = 100; n < 340; n++) store.addPoint(point(n));
  t.equal(store.since(seq, view)?.changes.timeline?.length, 240, 'all points since are there');
  t.equal(store.since(seq - 1, view), null, 'one of them is not');
  t.equal(store.snapshot(view).timeline?.length, 240);
  store.addPoint(point(5));
  t.equal(store.snapshot(view).timeline?.length, 1, 'a new run has a timeline of its own');
  t.equal(store.since(seq + 1, view), null);
  t.equal(store.since(store.seq + 1, view), null, 'of the future nothing is known');
  t.same(store.since(store.seq, view), { changes: {}, filesGone: [] });
});

t.test('the operators that anybody looks at are known', async (t) => {
  const { url, watched } = await hubOn(t, 10);
  const [one, two] = [await connected(t, url), await connected(t, url)];
  one.socket.send(JSON.stringify({ type: 'tap', operator: 'enrich' }));
  two.socket.send(JSON.stringify({ type: 'tap', operator: 'validate' }));
  while (watched.at(-1)?.length !== 2) await delay(5);
  t.same([...(watched.at(-1) ?? [])].sort(), ['enrich', 'validate']);
  one.socket.close();
  while (watched.at(-1)?.length !== 1) await delay(5);
  two.socket.send(JSON.stringify({ type: 'tap', operator: null }));
  while (watched.at(-1)?.length !== 0) await delay(5);
  t.pass('and none when nobody does');
});
