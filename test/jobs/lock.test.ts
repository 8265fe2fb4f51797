import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { ingest } from '../../jobs/ingest.ts';
import { type Holder, lockHome } from '../../jobs/lock.ts';
import { tillstream } from '../bin/terminal-in-memory.ts';
import { homeWith, tillCsv } from './home-with.ts';

t.test('one at a time; the second waits and is told for whom', async (t) => {
  const home = await homeWith(t);
  const first = await lockHome(home, { what: 'ingest', now: () => 0 });
  const order: string[] = [];
  let holder: Holder | undefined;
  const second = lockHome(home, {
    what: 'start',
    onWait: (who) => {
      holder = who;
      order.push('waits');
      setTimeout(() => {
        order.push('released');
        void first.release();
      }, 50);
    },
  });
  const lock = await second;
  order.push('taken');
  t.strictSame(order, ['waits', 'released', 'taken']);
  t.match(holder, { pid: process.pid, what: 'ingest', since: '1970-01-01T00:00:00.000Z' });
  await lock.release();
});

t.test('who will not wait is told who holds it', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(1) });
  const lock = await lockHome(home, { what: 'ingest' });
  await t.rejects(ingest({ home, wait: false }), { code: 'home_busy', message: `process ${process.pid}` });
  const { code, stderr } = await tillstream(['ingest', '--no-wait', '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, /tillstream ingest \(process \d+\) has been writing to .* since .*; try again when it has finished/);
  await lock.release();
  t.equal((await tillstream(['ingest', '--no-wait', '--home', home.dir])).code, 0);
});

t.test('waiting can be stopped', async (t) => {
  const home = await homeWith(t);
  const lock = await lockHome(home, { what: 'ingest' });
  const stop = new AbortController();
  await t.rejects(lockHome(home, { what: 'x', signal: stop.signal, onWait: () => stop.abort() }), {
    name: 'AbortError',
  });
  await lock.release();
});

t.test('the lock of a process that was killed is free', async (t) => {
  const home = await homeWith(t);
  const module = JSON.stringify(new URL('../../jobs/lock.ts', import.meta.url).href);
  const homes = JSON.stringify(new URL('../../jobs/home.ts', import.meta.url).href);
  const script = `
    const { lockHome } = await import(${module});
    const { homeAt } = await import(${homes});
    await lockHome(homeAt(${JSON.stringify(home.dir)}), { what: 'ingest' });
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await t.rejects(lockHome(home, { what: 'x', wait: false }), { message: `process ${child.pid}` });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockHome(home, { what: 'x', wait: false });
  await lock.release();
});

t.test('two ingests at once load every file once', async (t) => {
  const files = Array.from({ length: 6 }, (_, i) => [`data/raw/${i}.csv`, tillCsv(200, 1 + 200 * i)] as const);
  const home = await homeWith(t, Object.fromEntries(files));
  const reports = await Promise.all([ingest({ home }), ingest({ home })]);
  const done = reports.flatMap((report) => report.files).filter(({ status }) => status === 'done');
  t.equal(done.length, 6);
  t.ok(reports.every(({ status }) => status === 'done'));
  const verified = await tillstream(['verify', '--home', join(home.dir)]);
  t.equal(verified.code, 0, verified.stdout);
});
