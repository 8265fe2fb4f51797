import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { revenue, summary, topProducts, trend } from '../db/kpi.ts';
import { generateSales } from '../jobs/generate.ts';
import { homeAt } from '../jobs/home.ts';
import type { Bench } from './bench.ts';
import { salesSample } from './data.ts';
import { measure } from './measure.ts';
import { duration, quantile, table } from './statistics.ts';

const TILLSTREAM = join(import.meta.dirname, '..', 'bin', 'tillstream.js');

/** Ends of months and others, so that both whole months and single days have to be summed. */
const SPAN = { from: '2025-12-05', to: '2025-12-27' } as const;

/** What the server answers from, with and without filters. */
const QUERIES: Readonly<Record<string, (db: Database) => unknown>> = {
  revenue: (db) => revenue(db),
  'revenue, some days': (db) => revenue(db, SPAN),
  'revenue of a category': (db) => revenue(db, { category: 'Toys' }),
  'top products': (db) => topProducts(db),
  'top products, some days': (db) => topProducts(db, SPAN, { limit: 20 }),
  'top products of a region': (db) => topProducts(db, { region: 'North' }),
  summary: (db) => summary(db),
  'summary of a store, some days': (db) => summary(db, { ...SPAN, store: 'S003' }),
  'trend by day': (db) => trend(db),
  'trend by week of a region': (db) => trend(db, { region: 'South' }, { granularity: 'week' }),
  'trend by month of a category': (db) => trend(db, { category: 'Home' }, { granularity: 'month' }),
};

const GOALS = { idleMs: 10, loadingMs: 25 };
const IDLE_TIMES = 200;
/** As a dashboard would ask: now and then, so that what the load does in between is met. */
const PAUSE_MS = 5;

type Latencies = Map<string, number[]>;

/** Every KPI function over ten times `rows`, with nothing else going on and while another process loads at full speed. */
export const query: Bench = {
  name: 'query',
  summary: 'latency of the KPI functions, idle and during a load',
  async run({ folder, rows }) {
    const home = homeAt(join(folder, 'query-home'));
    const sample = await salesSample(folder, rows * 10, 'unquoted');
    await loadOnce(home.dir, sample.files);
    const idle = await withDatabase(home.database, async (db) => {
      requireTotals(db, rows * 10, sample.revenue);
      const latencies = newLatencies();
      for (let i = 0; i < IDLE_TIMES; i++) askAll(db, latencies);
      return latencies;
    });
    const loading = await duringLoad(home.dir, home.database, folder, rows);
    rmSync(home.dir, { recursive: true });
    const ask = `${(rows * 10).toLocaleString('en')} rows in the warehouse; ${IDLE_TIMES} times each, the process that asks is not the one that loads.`;
    return [ask, latencyTable(idle, loading), verdicts(idle, loading)].join('\n\n');
  },
};

async function loadOnce(dir: string, files: readonly string[]): Promise<void> {
  if (existsSync(dir)) rmSync(dir, { recursive: true });
  await measure([process.execPath, TILLSTREAM, 'init', dir]);
  await measure([process.execPath, TILLSTREAM, 'ingest', ...files, '--home', dir, '--json']);
}

async function withDatabase<T>(path: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(path, { readonly: true, check: 'never' });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

function requireTotals(db: Database, rows: number, amount: number): void {
  const { lines, revenue: sum } = summary(db);
  if (lines !== rows || Math.round(sum * 10_000) !== amount)
    throw new Error(`the warehouse holds ${lines} lines, ${sum}`);
}

/** Asks as long as a load of as many rows again as one sample takes. */
async function duringLoad(dir: string, database: string, folder: string, rows: number): Promise<Latencies> {
  const more = join(folder, 'query-more');
  const { files } = await generateSales({ rows: rows * 2, seed: 2, firstOrder: rows * 10, single: true, out: more });
  const child = spawn(process.execPath, [TILLSTREAM, 'ingest', ...files, '--home', dir, '--json'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const latencies = await withDatabase(database, async (db) => {
    const found = newLatencies();
    while (running(child)) {
      for (const name of Object.keys(QUERIES)) {
        ask(db, name, found);
        await wait(PAUSE_MS);
      }
    }
    return found;
  });
  const [code] = await ended;
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return latencies;
}

function running({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function newLatencies(): Latencies {
  return new Map(Object.keys(QUERIES).map((name) => [name, []]));
}

function askAll(db: Database, latencies: Latencies): void {
  for (const name of Object.keys(QUERIES)) ask(db, name, latencies);
}

function ask(db: Database, name: string, latencies: Latencies): void {
  const started = performance.now();
  QUERIES[name]?.(db);
  latencies.get(name)?.push(performance.now() - started);
}

function latencyTable(idle: Latencies, loading: Latencies): string {
  const rows = [...idle].map(([name, values]) => {
    const meanwhile = loading.get(name) ?? [];
    const at = (list: readonly number[], q: number): string => duration(quantile(list, q));
    return [name, at(values, 0.5), at(values, 0.99), at(meanwhile, 0.5), at(meanwhile, 0.99), String(meanwhile.length)];
  });
  return table([['', 'idle p50', 'p99', 'during a load p50', 'p99', 'times'], ...rows]);
}

function verdicts(idle: Latencies, loading: Latencies): string {
  const worst = (latencies: Latencies): number =>
    Math.max(...[...latencies.values()].map((each) => quantile(each, 0.99)));
  const line = (found: number, goal: number, when: string): string =>
    `- ${found <= goal ? 'reached' : 'missed'}: the slowest p99 ${when} is ${duration(found)}, to be at most ${goal} ms`;
  return [line(worst(idle), GOALS.idleMs, 'idle'), line(worst(loading), GOALS.loadingMs, 'during a load')].join('\n');
}
