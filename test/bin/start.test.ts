import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import type { JobList, JobRunPage, JobStarted, JobSummary } from '../../server/schemas.ts';
import { drop, figure, homeWith, TILL, tillCsv } from '../jobs/home-with.ts';
import { tillstream } from './terminal-in-memory.ts';

const COMMAND = resolve(import.meta.dirname, '../../bin/tillstream.js');
const RECORDS = 20_000;

/** `tillstream start` as a process; killed when the test is over. */
class Started {
  readonly #child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  constructor(t: Test, home: Home) {
    const env = { ...process.env, CI: '' };
    this.#child = spawn(process.execPath, [COMMAND, 'start', '--port', '0', '--home', home.dir], { env });
    this.#child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(this.#child, 'close');
    t.teardown(() => this.#child.kill('SIGKILL'));
  }

  kill(signal: NodeJS.Signals): Promise<unknown[]> {
    this.#child.kill(signal);
    return this.ended;
  }

  /** Its address, once it has said it. */
  async url(): Promise<string> {
    await until(() => this.stderr.includes('in a browser'), this);
    return /Open (\S+) in a browser/.exec(this.stderr)?.[1] ?? '';
  }

  async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await (await fetch(`${await this.url()}${path}`, init)).json()) as T;
  }
}

async function until(isSo: () => boolean | Promise<boolean>, { stderr }: Started, ms = 40_000): Promise<void> {
  for (const end = Date.now() + ms; !(await isSo()); await delay(50)) {
    if (Date.now() > end) throw new Error(`never came to be: ${stderr}`);
  }
}

t.test('start shows the figures and goes on: it serves, loads what comes, and ends well when told to', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(1_000) });
  const started = new Started(t, home);
  await until(() => started.stdout.includes('More: tillstream kpi'), started);
  t.match(started.stdout, /Run 1: 1 file: 1 done/);
  t.match(started.stdout, /The ledger balances\.[\s\S]*Revenue +3,000\.00/);
  const { running_here, items } = await started.json<JobList>('/jobs');
  t.ok(running_here);
  t.match(items[0], { name: 'daily-run', last: { trigger: 'start', status: 'done' } });
  t.match(JSON.parse(await readFile(join(home.logs, 'pipeline_health.json'), 'utf8')), { status: 'OK' });
  await drop(join(home.raw, 'b.csv'), tillCsv(10, 5_000));
  await until(() => figure(home, 'SELECT count(*) FROM sales') === 1_010, started);
  t.strictSame(await started.kill('SIGTERM'), [0, null], started.stderr);
});

t.test('a process killed in mid-job: the run is lost, tried again, and nothing is missing or doubled', async (t) => {
  const slowly = { operator: 'throttle', options: { perSecond: 20_000, burst: 2_000 } };
  const operators = ['csv-source', slowly, 'validate', 'enrich', 'aggregate', 'dead-letter', 'batch-insert'];
  const config = {
    checkpointBytes: 65_536,
    datasets: { till: { ...TILL, operators } },
    jobs: { 'daily-run': { atStart: false } },
  };
  const home = await homeWith(t, {}, config);
  const first = new Started(t, home);
  await first.json('/jobs/watch/pause', { method: 'POST' });
  await drop(join(home.raw, 'a.csv'), tillCsv(RECORDS));
  const { job_run_id } = await first.json<JobStarted>('/jobs/daily-run/run', { method: 'POST' });
  await until(() => hasSome(home), first);
  await first.kill('SIGKILL');
  const listed = (await tillstream(['jobs', '--json', '--home', home.dir])).json<{ items: JobSummary[] }>();
  t.match(listed.items[0], { name: 'daily-run', state: 'retrying', last: { job_run_id, status: 'lost' } });
  const second = new Started(t, home);
  await until(async () => {
    const { items } = await second.json<JobRunPage>('/jobs/daily-run/runs');
    return items.some((run) => run.job_run_id === job_run_id && run.status === 'lost');
  }, second);
  // Instead of waiting half a minute for the second attempt.
  await second.json('/jobs/daily-run/run', { method: 'POST' });
  await until(() => figure(home, 'SELECT count(*) FROM sales') === RECORDS, second);
  t.strictSame(await second.kill('SIGINT'), [0, null]);
  t.equal(figure(home, 'SELECT sum(revenue) FROM daily_store'), RECORDS * 3 * 10_000);
});

function hasSome(home: Home): boolean {
  try {
    return Number(figure(home, 'SELECT count(*) FROM checkpoints')) > 0;
  } catch {
    // There is no database yet.
    return false;
  }
}

t.test('a port that is taken is said, with what to do', async (t) => {
  const home = await homeWith(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { code, stderr } = await tillstream(['start', '--no-jobs', '--port', port, '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, `port ${port} is taken; choose another with --port`);
});
