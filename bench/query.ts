import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { summary } from '../db/kpi.ts';
import { generateSales } from '../jobs/generate.ts';
import { homeAt } from '../jobs/home.ts';
import type { Bench } from './bench.ts';
import { salesSample } from './data.ts';
import { measure } from './measure.ts';
import { requireAgreement } from './query/answers.ts';
import { type Question, Questions } from './query/questions.ts';
import { duration, quantile, table } from './statistics.ts';

const TILLSTREAM = join(import.meta.dirname, '..', 'bin', 'tillstream.js');

const DAYS = 365;
const GOALS = { idleMs: 10, loadingMs: 25 };
const IDLE_ROUNDS = 300;
/** Asked before anything is measured, as a server has been that has run for a minute. */
const WARM_UP_ROUNDS = 30;
const CHECKED_ROUNDS = 3;
/** As a dashboard would ask: now and then, so that what the load does in between is met. */
const PAUSE_MS = 5;

type Latencies = Map<string, number[]>;

/** What each KPI endpoint asks of ten times `rows`, with nothing else going on and while another process loads at full speed. */
export const query: Bench = {
  name: 'query',
  summary: 'latency of what the KPI endpoints ask, idle and during a load',
  inRounds: false,
  async run({ folder, rows }) {
    const home = homeAt(join(folder, 'query-home'));
    const sample = await salesSample(folder, rows * 10, 'unquoted', DAYS);
    await loadOnce(home.dir, sample.files);
    const idle = await withDatabase(home.database, async (db) => {
      requireTotals(db, rows * 10, sample.revenue);
      return askIdle(db);
    });
    const loading = await duringLoad(home.dir, home.database, folder, rows);
    rmSync(home.dir, { recursive: true });
    return [method(rows * 10), latencyTable(idle, loading), verdicts(idle, loading)].join('\n\n');
  },
};

function method(rows: number): string {
  const what = `${rows.toLocaleString('en')} rows of ${DAYS} days in the warehouse.`;
  const how = `Each time with other periods, regions, stores, categories, products and comparisons; no answer is kept.`;
  return `${what} ${how} ${IDLE_ROUNDS} times each when idle. The process that asks is not the one that loads.`;
}

async function loadOnce(dir: string, files: readonly string[]): Promise<void> {
  if (existsSync(dir)) rmSync(dir, { recursive: true });
  await measure([process.execPath, TILLSTREAM, 'init', dir]);
  await measure([process.execPath, TILLSTREAM, 'ingest', ...files, '--home', dir, '--json']);
}

async function withDatabase<T>(path: string, work: (db: Database) => Promise<T> | T): Promise<T> {
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

function askIdle(db: Database): Latencies {
  warmUp(db);
  const latencies: Latencies = new Map();
  const questions = new Questions(db, 1);
  for (let i = 0; i < IDLE_ROUNDS; i++) {
    const round = questions.round();
    for (const question of round) ask(db, question, latencies);
    if (i < CHECKED_ROUNDS) for (const question of round) requireAgreement(db, question);
  }
  return latencies;
}

function warmUp(db: Database): void {
  const questions = new Questions(db, 2);
  for (let i = 0; i < WARM_UP_ROUNDS; i++) for (const question of questions.round()) question.ask(db);
}

/** Asks as long as a load of half as many rows again takes. */
async function duringLoad(dir: string, database: string, folder: string, rows: number): Promise<Latencies> {
  const out = join(folder, 'query-more');
  const { files } = await generateSales({ rows: rows * 5, seed: 2, firstOrder: rows * 10, single: true, out });
  return withDatabase(database, async (db) => {
    warmUp(db);
    const questions = new Questions(db, 3);
    const latencies: Latencies = new Map();
    const child = spawn(process.execPath, [TILLSTREAM, 'ingest', ...files, '--home', dir, '--json'], {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (running(child)) {
      for (const question of questions.round()) {
        ask(db, question, latencies);
        await wait(PAUSE_MS);
      }
    }
    const [code] = await ended;
    if (code !== 0) throw new Error(`the load ended with ${code}`);
    for (const question of questions.round()) requireAgreement(db, question);
    return latencies;
  });
}

function running({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function ask(db: Database, question: Question, latencies: Latencies): void {
  const started = performance.now();
  question.ask(db);
  const taken = performance.now() - started;
  const known = latencies.get(question.endpoint);
  if (known) known.push(taken);
  else latencies.set(question.endpoint, [taken]);
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
  const line = (latencies: Latencies, goal: number, when: string): string => {
    const p99s = [...latencies].map(([name, values]) => ({ name, p99: quantile(values, 0.99) }));
    const slow = p99s.filter(({ p99 }) => p99 > goal).map(({ name, p99 }) => `${name} ${duration(p99)}`);
    const worst = duration(Math.max(...p99s.map(({ p99 }) => p99)));
    if (slow.length === 0) return `- reached: every p99 ${when} is at most ${worst}, to be at most ${goal} ms`;
    return `- missed: of ${p99s.length} endpoints ${slow.length} have a p99 above ${goal} ms ${when}: ${slow.join(', ')}`;
  };
  return [line(idle, GOALS.idleMs, 'idle'), line(loading, GOALS.loadingMs, 'during a load')].join('\n');
}
