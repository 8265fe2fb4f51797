import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import t from 'tap';

const OWN_NAME = new URL('../../../operators/discovery/register.ts', import.meta.url).href;
const LINES = 25_000;

/** Three ends in two databases, one of them behind a window with state. */
const PROGRAM = `
import { csvSource, filter, fork, into, pipeline, sqliteSink, tumblingWindow } from 'tillstream';
const fields = { id: 'integer', at: 'datetime', shop: 'text', price: 'money' } as const;
const { status, ledger } = await pipeline(
  csvSource('sales.csv', fields, { checkpointBytes: 60_000 }),
  fork(
    sqliteSink('one.db', 'sales'),
    into(
      tumblingWindow({ time: 'at', sizeSeconds: 3600, by: ['shop'], aggregates: { total: { op: 'sum', field: 'price' } } }),
      sqliteSink('one.db', 'hours', { key: ['window_start', 'shop'] }),
    ),
    into(
      filter((sale) => sale.id % 3 === 0),
      sqliteSink('two.db', 'thirds'),
    ),
  ),
).run();
console.log(status, ledger.read);
`;

function contents(dir: string): unknown[] {
  const rows = (file: string, sql: string) => {
    const db = new Database(join(dir, file), { readonly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  };
  return [
    rows('one.db', 'SELECT count(*) n, sum(id) ids, sum(price) price FROM sales'),
    rows('one.db', 'SELECT * FROM hours ORDER BY window_start, shop'),
    rows('one.db', 'SELECT line, reason FROM tillstream_dead_letters ORDER BY line'),
    rows('two.db', 'SELECT count(*) n, sum(id) ids FROM thirds'),
  ];
}

/** Number of the last checkpoint that the program has committed; -1 for none. */
function committed(dir: string): number {
  if (!existsSync(join(dir, 'two.db'))) return -1;
  const db = new Database(join(dir, 'two.db'), { readonly: true });
  try {
    return (db.prepare('SELECT max(number) FROM tillstream_checkpoints').pluck().get() as number | null) ?? -1;
  } catch {
    return -1;
  } finally {
    db.close();
  }
}

/** Runs the program and returns what it printed; with `kill`, kills it as soon as it has got further. */
async function runProgram(cwd: string, kill = false): Promise<string> {
  const before = kill ? committed(cwd) : 0;
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--import', OWN_NAME, 'program.ts'];
  const child = spawn('env', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  const closed = once(child, 'close');
  if (kill) {
    while (committed(cwd) <= before && child.exitCode === null) await delay(2);
    child.kill('SIGKILL');
  }
  await closed;
  return printed;
}

t.test('killed again and again, a pipeline leaves in all its databases what an uninterrupted run does', async (t) => {
  const lines = Array.from({ length: LINES }, (_, i) => {
    const at = new Date((1_767_225_600 + i * 10) * 1000).toISOString().slice(0, 19);
    return `${i},${at},S${i % 3},${i % 1000 === 999 ? 'dear' : (i % 700) / 100}`;
  });
  const files = { 'sales.csv': `id,at,shop,price\n${lines.join('\n')}\n`, 'program.ts': PROGRAM };
  const dir = t.testdir({ whole: files, killed: { ...files } });
  t.equal(await runProgram(join(dir, 'whole')), `done ${LINES}\n`);
  const killed = join(dir, 'killed');
  for (let times = 0; times < 2; times++) t.equal(await runProgram(killed, true), '', 'killed');
  t.equal(await runProgram(killed), `resumed ${LINES}\n`);
  t.strictSame(contents(killed), contents(join(dir, 'whole')));
});
