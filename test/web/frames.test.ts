import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from '@sinclair/typebox/value';
import t, { type Test } from 'tap';
import { WebSocketServer } from 'ws';
import { type LiveOperator, PROTOCOL_VERSION, ServerMessage } from '../../server/protocol.ts';
import { BUILD_FOLDER, ensureDashboard } from '../../web/build.ts';
import { launch, visit } from './browser.ts';

const OPERATORS = 20;
const RATE_HZ = 10;
const WATCHED_MS = 3_000;
const LEAST_FRAMES = 50;
/** Of each second; on a machine that has other things to do frames come late, though the page would have had the time. */
const MOST_WORK = 0.5;

t.test(`${RATE_HZ} updates a second of ${OPERATORS} operators leave the page its frames`, async (t) => {
  await ensureDashboard();
  const url = await pretendServer(t);
  const browser = await launch();
  t.teardown(() => browser.close());
  const { page, complaints } = await visit(t, browser, url, { reducedMotion: 'no-preference' });
  await page.getByText(`operator-${OPERATORS}`, { exact: true }).waitFor();
  const debug = await page.context().newCDPSession(page);
  // In the thread's own time, so that whatever else the machine does is not counted.
  await debug.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
  await debug.send('Performance.enable');
  const work = async () =>
    (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ??
    Number.NaN;
  const [before, frames] = [await work(), page.evaluate(COUNT_FRAMES)];
  const drawn = (await frames) as number;
  const share = ((await work()) - before) / (WATCHED_MS / 1000);
  t.comment(`${Math.round(drawn)} frames a second, ${Math.round(share * 1000)} ms of work in each`);
  t.ok(drawn > LEAST_FRAMES || share < MOST_WORK, 'it has the time to draw more than 50 frames a second');
  t.same(complaints, []);
});

const COUNT_FRAMES = `new Promise((resolve) => {
  const begun = performance.now();
  let frames = 0;
  const count = (now) => {
    frames++;
    if (now - begun < ${WATCHED_MS}) requestAnimationFrame(count);
    else resolve((frames * 1000) / (now - begun));
  };
  requestAnimationFrame(count);
})`;

/** Serves the page, and a run of more operators than any plan has, faster than any run changes. */
async function pretendServer(t: Test): Promise<string> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  };
  const server = createServer(async ({ url = '/' }, response) => {
    if (url === '/session') return response.end('{"needed":false,"admitted":true}');
    const path = join(BUILD_FOLDER, url === '/' ? 'index.html' : url);
    const body = await readFile(path).catch(() => null);
    response.writeHead(body ? 200 : 404, { 'content-type': types[extname(path)] ?? 'application/json' });
    return response.end(body ?? '{}');
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    let seq = 0;
    const send = (message: object) => {
      const whole = { v: PROTOCOL_VERSION, at: new Date().toISOString(), seq: seq++, ...message };
      if (seq < 3) t.ok(Value.Check(ServerMessage, whole), 'as the real server would');
      socket.send(JSON.stringify(whole));
    };
    send({
      type: 'snapshot',
      session: 's',
      topics: ['run'],
      state: { ...changesAt(0), files: [], runs: [], alerts: [] },
    });
    const timer = setInterval(() => send({ type: 'delta', changes: changesAt(seq) }), 1000 / RATE_HZ);
    socket.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    await sleep(50);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function changesAt(tick: number) {
  const operators = Array.from({ length: OPERATORS }, (_, index) => operatorAt(tick, index));
  const elapsed_ms = tick * 100;
  const point = {
    elapsed_ms,
    file: 'a.csv',
    bytes: tick * 1e6,
    records: tick * 30_000,
    operators: operators.map(({ now }) => now),
  };
  const run = {
    ...{ run_id: 1, status: 'running', trigger: 'test', started_at: '2026-01-01T00:00:00.000Z', elapsed_ms },
    ...{ files_total: 1, files_done: 0, bytes_total: 1e10, bytes_done: tick * 1e6, records: tick * 30_000 },
    ...{ records_per_second: 300_000 + tick, bytes_per_second: 1e7 + tick, remaining_ms: 1e6 - tick, file: 'a.csv' },
    ...{ bottleneck: '', queued: false, error: null },
  };
  return { run, operators, timeline: [point] };
}

function operatorAt(tick: number, index: number): LiveOperator {
  const id = `operator-${index + 1}`;
  const busy = (tick * 37 + index * 91) % 1000;
  const rates = { in_per_second: 100_000 + busy * 100, out_per_second: 100_000 + busy * 90 };
  const now = {
    id,
    ...rates,
    busy,
    idle: 1000 - busy,
    backpressured: 0,
    queue_depth: tick % 4,
    dead_lettered: tick,
    filtered: 0,
  };
  return {
    ...{
      id,
      inputs: index === 0 ? [] : [`operator-${index}`],
      records_in: tick * 30_000,
      records_out: tick * 30_000,
      filtered: 0,
      dead_lettered: tick,
      late: 0,
      filtered_by: {},
    },
    ...{ dead_lettered_by: {}, written: {}, batches: tick, bytes: 0, busy_ms: tick, idle_ms: 0, backpressured_ms: 0 },
    ...{ batch_latency_ms: 1, watermark: null, now },
  };
}
