import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import WebSocket from 'ws';
import { openDatabase } from '../db/connection.ts';
import { warehouseVersion } from '../db/kpi.ts';
import type { ServerMessage } from '../server/protocol.ts';
import type { Bench, BenchSettings } from './bench.ts';
import { type Sample, salesSample } from './data.ts';
import { ended, openShop, type Shop } from './live/shop.ts';
import { duration, median, quantile, table } from './statistics.ts';

const PATHS = ['/health', '/kpi/summary', '/kpi/revenue', '/kpi/top-products?limit=5', '/kpi/trend'];
/** Each address is asked so often; more than any dashboard would. */
const PER_SECOND = 20;
const CLIENTS = 1_000;
const QUIET_SECONDS = 3;

export const live: Bench = {
  name: 'live',
  summary: 'Answers and the live view while files are loaded at full speed; what a thousand onlookers cost.',
  async run(settings) {
    const sample = await salesSample(settings.folder, settings.rows, 'unquoted');
    const answers = await answersSection(settings, sample);
    const view = await viewSection(settings, sample);
    return [answers, view, await onlookersSection(settings, sample)].join('\n\n');
  },
};

type Percentiles = Record<string, { readonly p50: number; readonly p99: number; readonly most: number }>;

async function answersSection({ folder }: BenchSettings, sample: Sample): Promise<string> {
  const shop = await openShop(folder, sample);
  try {
    const busy = await askDuring(shop, () => shop.ingest());
    const quiet = await askDuring(shop, () => new Promise((resolve) => setTimeout(resolve, QUIET_SECONDS * 1_000)));
    const rows = PATHS.map((path) => {
      const [a, b] = [busy[path]!, quiet[path]!];
      return [`\`${path}\``, ...[a.p50, a.p99, a.most, b.p50, b.p99].map(duration)];
    });
    const heading = ['answer', 'ingesting: median', 'p99', 'most', 'afterwards: median', 'p99'];
    const said = `Each address is asked ${PER_SECOND} times a second (autocannon) while ${sample.rows.toLocaleString('en-US')} records are loaded.`;
    return `${said}\n\n${table([heading, ...rows])}`;
  } finally {
    await shop.close();
  }
}

/** Latencies of all addresses while something else goes on, in milliseconds. */
async function askDuring({ url }: Shop, work: () => Promise<unknown>): Promise<Percentiles> {
  const latencies = new Map<string, number[]>(PATHS.map((path) => [path, []]));
  const asking = PATHS.map((path) => {
    const options = { url: `${url}${path}`, connections: 2, overallRate: PER_SECOND, duration: 600 };
    const instance = autocannon(options, () => {});
    instance.on('response', (_client, status, _bytes, ms) => {
      if (status !== 200) throw new Error(`${path} answered ${status}`);
      latencies.get(path)?.push(ms);
    });
    return instance;
  });
  await work();
  for (const instance of asking) instance.stop();
  return Object.fromEntries(
    [...latencies].map(([path, ms]) => [path, { p50: median(ms), p99: quantile(ms, 0.99), most: Math.max(...ms) }]),
  );
}

async function viewSection({ folder }: BenchSettings, sample: Sample): Promise<string> {
  const shop = await openShop(folder, sample);
  const { behind, gaps } = await lookOn(shop, () => shop.ingest()).finally(() => shop.close());
  const figures = (values: readonly number[]) =>
    [median(values), quantile(values, 0.99), Math.max(...values)].map(duration);
  return table([
    ['live view', 'median', 'p99', 'most'],
    ['from a commit to the figures at the client', ...figures(behind)],
    ['between two pictures of the operators', ...figures(gaps)],
  ]);
}

/** How long after a commit the client is told of it, and how far apart the pictures of the operators are. */
async function lookOn(
  { url, home }: Shop,
  work: () => Promise<unknown>,
): Promise<{ behind: number[]; gaps: number[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  await once(socket, 'open');
  const committedAt = new Map<number, number>();
  const [behind, pictures]: [number[], number[]] = [[], []];
  let told = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type !== 'delta') return;
    const now = performance.now();
    if (message.changes.operators?.length) pictures.push(now);
    const version = message.changes.kpi?.version ?? told;
    // Of several commits between two messages the first has waited longest.
    for (; told < version; told++) behind.push(now - (committedAt.get(told + 1) ?? now));
  });
  const timer = setInterval(() => noteCommits(home.database, committedAt), 5);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  clearInterval(timer);
  socket.terminate();
  return { behind: behind.filter((ms) => ms > 0), gaps: pictures.slice(1).map((at, index) => at - pictures[index]!) };
}

function noteCommits(database: string, committedAt: Map<number, number>): void {
  try {
    const db = openDatabase(database, { readonly: true, check: 'never' });
    const version = warehouseVersion(db);
    db.close();
    for (let each = version; each > 0 && !committedAt.has(each); each--) committedAt.set(each, performance.now());
  } catch {
    // Not there yet, or being made.
  }
}

async function onlookersSection({ folder, rounds }: BenchSettings, sample: Sample): Promise<string> {
  const [alone, watched]: [number[], number[]] = [[], []];
  let messages = 0;
  for (let round = 0; round < rounds; round++) {
    alone.push((await timed(folder, sample, 0)).ms);
    const run = await timed(folder, sample, CLIENTS);
    watched.push(run.ms);
    messages += run.messages;
  }
  const [without, wth] = [median(alone), median(watched)];
  const ratio = `${((wth / without - 1) * 100).toFixed(1)} %`;
  const perSecond = Math.round(messages / (watched.reduce((sum, ms) => sum + ms, 0) / 1_000) / CLIENTS);
  return table([
    ['onlookers', `median of ${rounds} runs`, 'more', 'messages a second to each'],
    ['none', duration(without), '', ''],
    [CLIENTS.toLocaleString('en-US'), duration(wth), ratio, String(perSecond)],
  ]);
}

/** How long the run took with so many clients looking on. They are on this machine too, and give way to it. */
async function timed(folder: string, sample: Sample, count: number): Promise<{ ms: number; messages: number }> {
  const shop = await openShop(folder, sample);
  try {
    if (count === 0) return { ms: await shop.ingest(), messages: 0 };
    const clients = fork(new URL('./live/clients.ts', import.meta.url), [
      `${shop.url.replace('http', 'ws')}/live`,
      String(count),
    ]);
    await once(clients, 'message');
    const ms = await shop.ingest();
    const counted = once(clients, 'message');
    clients.send('count');
    const [messages] = (await counted) as [number];
    await ended(clients);
    return { ms, messages };
  } finally {
    await shop.close();
  }
}
