import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import { figure, homeWith, TILL, tillCsv } from '../jobs/home-with.ts';

const COMMAND = resolve(import.meta.dirname, '../../bin/tillstream.js');
const RECORDS = 24_000;
const SLOWLY = { operator: 'throttle', options: { perSecond: 30_000, burst: 2_000 } };

/** A home whose inbox takes most of a second to load, in several commits, on whatever machine. */
function homeWithMuch(t: Test): Promise<Home> {
  const operators = ['csv-source', SLOWLY, 'validate', 'enrich', 'aggregate', 'dead-letter', 'batch-insert'];
  const config = { checkpointBytes: 65_536, datasets: { till: { ...TILL, operators } } };
  return homeWith(t, { 'data/raw/a.csv': tillCsv(RECORDS) }, config);
}

function launch(node: string, args: readonly string[]) {
  const child = spawn(node, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...printed }));
  return { child, ended };
}

/** Resolves when the ingestion has committed something; rejects if it ends before. */
async function underway(home: Home, ended: Promise<{ readonly stderr: string }>): Promise<void> {
  let error: Error | undefined;
  void ended.then(({ stderr }) => {
    error = new Error(`it ended before anything was committed: ${stderr}`);
  });
  while (!hasCheckpoint(home)) {
    if (error) throw error;
    await delay(20);
  }
}

function hasCheckpoint(home: Home): boolean {
  try {
    return Number(figure(home, 'SELECT count(*) FROM checkpoints')) > 0;
  } catch {
    // There is no database yet.
    return false;
  }
}

t.test('Ctrl-C stops within a batch, says how to go on, and the next run does', async (t) => {
  const home = await homeWithMuch(t);
  const { child, ended } = launch(process.execPath, ['ingest', '--json', '--home', home.dir]);
  await underway(home, ended);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  t.equal(code, 1);
  t.match(stderr, 'Stopping after the batch at hand');
  t.match(JSON.parse(stdout), {
    status: 'aborted',
    files: [{ error: { code: 'interrupted', message: /the next run goes on/ } }],
  });
  const next = await launch(process.execPath, ['ingest', '--json', '--home', home.dir]).ended;
  t.equal(next.code, 0, next.stderr);
  t.match(JSON.parse(next.stdout), { files: [{ status: 'done', inserted: RECORDS }] });
});

t.test('a second Ctrl-C ends it at once', async (t) => {
  const home = await homeWithMuch(t);
  const { child, ended } = launch(process.execPath, ['ingest', '--home', home.dir]);
  await underway(home, ended);
  child.kill('SIGSTOP');
  child.kill('SIGINT');
  child.kill('SIGCONT');
  const again = setInterval(() => child.kill('SIGINT'), 350);
  const { code, signal } = await ended;
  clearInterval(again);
  // The last signal may also come when the command has ended and no longer catches it.
  t.ok(code === 1 || code === 130 || signal === 'SIGINT', `ended with ${code ?? signal}`);
});

t.test('as many records as the terminal reads: a closed pipe is no failure', async (t) => {
  const { child, ended } = launch(process.execPath, ['--help']);
  child.stdout.destroy();
  t.equal((await ended).code, 0);
});

const older = olderNode();

t.test(
  'an older Node starts the pinned one and passes on exit codes',
  { skip: !older && 'no older Node here' },
  async (t) => {
    const node = older ?? '';
    const version = await launch(node, ['--version']).ended;
    t.match(version, { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
    t.equal((await launch(node, ['ingst']).ended).code, 2);
  },
);

t.test(
  'when the older Node is killed, the one it started ends too',
  { skip: !older && 'no older Node here' },
  async (t) => {
    const home = await homeWithMuch(t);
    const { child, ended } = launch(older ?? '', ['ingest', '--home', home.dir]);
    await underway(home, ended);
    child.kill('SIGKILL');
    // The pipes close only when nobody has them open any more.
    t.equal((await ended).signal, 'SIGKILL');
    t.notOk((await readdir(home.ingested)).includes('a.csv'), 'it did not come to its end');
    const next = await launch(process.execPath, ['ingest', '--json', '--home', home.dir]).ended;
    t.match(JSON.parse(next.stdout), { files: [{ status: 'done', inserted: RECORDS }] });
  },
);

/** A Node on the path that is too old for Tillstream. */
function olderNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  const candidates = folders.filter((folder) => !folder.includes('node_modules')).map((folder) => join(folder, 'node'));
  return candidates.find((path) => {
    try {
      accessSync(path);
      return Number(versionOf(path).split('.')[0]) < 24;
    } catch {
      return false;
    }
  });
}

function versionOf(node: string): string {
  return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
}
