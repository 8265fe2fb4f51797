import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import WebSocket from 'ws';
import { openDatabase } from '../db/connection.ts';
import { warehouseVersion } from '../db/kpi.ts';
import type { ServerMessage } from '../server/protocol.ts';
import type { Bench, BenchSettings } from './bench.ts';
import { type Sample, salesSample } from './data.ts';
import { ended, openShop, type Shop } from './live/shop.ts';
import { duration, median, quantile, table } from './statistics.ts';

/** Addresses by the kind of answer; those of a kind are asked in turn. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  '/health': ['/health'],
  '/kpi/summary': ['/kpi/summary', '/kpi/summary?from=2025-12-03&to=2025-12-20&compare=previous_period'],
  '/kpi/revenue': ['/kpi/revenue', '/kpi/revenue?category=Toys&from=2025-12-10'],
  '/kpi/top-products': ['/kpi/top-products?limit=5', '/kpi/top-products?region=South&to=2025-12-17&limit=20'],
  '/kpi/trend': ['/kpi/trend', '/kpi/trend?granularity=week&store=S003', '/kpi/trend?category=Home&window=3'],
  '/kpi/breakdown': ['/kpi/breakdown?by=category', '/kpi/breakdown?by=weekday', '/kpi/breakdown?by=store&region=North'],
  '/kpi/insights': ['/kpi/insights'],
};
/** Each kind is asked so often; more than any dashboard would. */
const PER_SECOND = 20;
const INTERVAL_MS = 1_000 / PER_SECOND;
const CLIENTS = 1_000;
const WARM_UP_MS = 2_000;
const QUIET_MS = 5_000;
const GOALS = { answerMs: 25, viewMs: 250, onlookers: 0.05 };

export const live: Bench = {
  name: 'live',
  summary: 'Answers and the live view while files are loaded at full speed; what a thousand onlookers cost.',
  inRounds: false,
  async run(settings) {
    const sample = await salesSample(settings.folder, settings.rows, 'unquoted');
    const answers = await answersSection(settings, sample);
    const view = await viewSection(settings, sample);
    return [answers, view, await onlookersSection(settings, sample)].join('\n\n');
  },
};

type Latencies = Map<string, number[]>;

async function answersSection({ folder, rounds }: BenchSettings, sample: Sample): Promise<string> {
  const [busy, quiet]: [Latencies, Latencies] = [new Map(), new Map()];
  for (let round = 0; round < rounds; round++) {
    const shop = await openShop(folder, sample);
    try {
      // A server that has just started compiles its code with the first answers.
      await askDuring(shop, new Map(), () => wait(WARM_UP_MS));
      await askDuring(shop, busy, () => shop.ingest());
      await askDuring(shop, quiet, () => wait(QUIET_MS));
    } finally {
      await shop.close();
    }
  }
  const rows = [...busy].map(([kind, ms]) => {
    const afterwards = quiet.get(kind) ?? [];
    const figures = [median(ms), quantile(ms, 0.99), Math.max(...ms), median(afterwards), quantile(afterwards, 0.99)];
    return [`\`${kind}\``, ...figures.map(duration), String(ms.length)];
  });
  const heading = ['answer', 'ingesting: median', 'p99', 'most', 'afterwards: median', 'p99', 'times'];
  const said = `Each kind is asked ${PER_SECOND} times a second, at even intervals and whether the answer before has come or not, with other filters in turn, while ${sample.rows.toLocaleString('en-US')} records are loaded and after; ${rounds} servers, warmed up for ${WARM_UP_MS / 1_000} s.`;
  const worst = Math.max(...[...busy.values()].map((ms) => quantile(ms, 0.99)));
  const verdict = verdictOn(worst, GOALS.answerMs, duration, 'the slowest p99 while ingesting');
  return `${said}\n\n${table([heading, ...rows])}\n\n${verdict}`;
}

/** Adds the latencies of all kinds of answers while something else goes on, in milliseconds. */
async function askDuring({ url }: Shop, latencies: Latencies, work: () => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const asking = Object.entries(ADDRESSES).map(([kind, paths], index, all) => {
    const known = latencies.get(kind) ?? [];
    latencies.set(kind, known);
    const offsetMs = (index * INTERVAL_MS) / all.length;
    return askSteadily(
      paths.map((path) => url + path),
      known,
      offsetMs,
      stop.signal,
    );
  });
  await work();
  stop.abort();
  await Promise.all(asking);
}

/** Asks at even intervals, whether the answer before has come or not: a slow answer hides none that would have followed. */
async function askSteadily(
  urls: readonly string[],
  latencies: number[],
  offsetMs: number,
  signal: AbortSignal,
): Promise<void> {
  const pending: Promise<void>[] = [];
  const begun = performance.now() + offsetMs;
  for (let turn = 0; !signal.aborted; turn++) {
    await wait(Math.max(0, begun + turn * INTERVAL_MS - performance.now()));
    // There is at least one address.
    pending.push(askOnce(urls[turn % urls.length]!, latencies));
  }
  await Promise.all(pending);
}

async function askOnce(url: string, latencies: number[]): Promise<void> {
  const asked = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  latencies.push(performance.now() - asked);
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
}

function verdictOn(found: number, goal: number, shown: (value: number) => string, what: string): string {
  return `- ${found <= goal ? 'reached' : 'missed'}: ${what} is ${shown(found)}, to be at most ${shown(goal)}`;
}

async function viewSection({ folder, rounds }: BenchSettings, sample: Sample): Promise<string> {
  const [behind, gaps]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const shop = await openShop(folder, sample);
    const seen = await lookOn(shop, () => shop.ingest()).finally(() => shop.close());
    behind.push(...seen.behind);
    gaps.push(...seen.gaps);
  }
  const figures = (values: readonly number[]) =>
    [median(values), quantile(values, 0.99), Math.max(...values)].map(duration);
  const found = table([
    [`live view, ${rounds} runs`, 'median', 'p99', 'most'],
    ['from a commit to its figures at the client', ...figures(behind)],
    ['between two pictures of the operators', ...figures(gaps)],
  ]);
  return `${found}\n\n${verdictOn(quantile(behind, 0.99), GOALS.viewMs, duration, 'the p99 from a commit to its figures')}`;
}

/** How long after a commit the client is told of it, and how far apart the pictures of the operators are. */
async function lookOn(
  { url, home }: Shop,
  work: () => Promise<unknown>,
): Promise<{ behind: number[]; gaps: number[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  await once(socket, 'open');
  const commits = new Commits(home.database);
  const [behind, pictures]: [number[], number[]] = [[], []];
  let told = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type !== 'delta') return;
    const now = performance.now();
    if (message.changes.operators?.length) pictures.push(now);
    const version = message.changes.kpi?.version ?? told;
    // Of several commits between two messages the first has waited longest.
    for (; told < version; told++) behind.push(now - commits.seenAt(told + 1));
  });
  await work();
  await wait(1_000);
  commits.close();
  socket.terminate();
  return { behind, gaps: pictures.slice(1).map((at, index) => at - pictures[index]!) };
}

const NOTE_MS = 5;

/** When each version of a warehouse was seen by who looks all the time. */
class Commits {
  readonly #file: string;
  readonly #at: number[] = [];
  readonly #timer = setInterval(() => this.#note(), NOTE_MS);
  #db: Database | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** The client may be told first: then it is now. */
  seenAt(version: number): number {
    this.#note();
    return this.#at[version] ?? performance.now();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#db?.close();
  }

  #note(): void {
    try {
      this.#db ??= openDatabase(this.#file, { readonly: true, check: 'never' });
      const now = performance.now();
      for (let each = warehouseVersion(this.#db); each > 0 && this.#at[each] === undefined; each--)
        this.#at[each] = now;
    } catch {
      // Not there yet, or being made.
    }
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
  const more = median(watched) / median(alone) - 1;
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const perSecond = messages / (watched.reduce((sum, ms) => sum + ms, 0) / 1_000) / CLIENTS;
  const found = table([
    ['onlookers', `median of ${rounds} runs`, 'all', 'more', 'messages a second to each'],
    ['none', duration(median(alone)), alone.map(duration).join(', '), '', ''],
    [
      CLIENTS.toLocaleString('en-US'),
      ...[duration(median(watched)), watched.map(duration).join(', '), percent(more), perSecond.toFixed(1)],
    ],
  ]);
  const what = `what ${CLIENTS.toLocaleString('en-US')} onlookers add to a run`;
  return `${found}\n\n${verdictOn(more, GOALS.onlookers, percent, what)}`;
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
