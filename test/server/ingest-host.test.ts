import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeFolders } from '../../jobs/home.ts';
import type { RunRequest } from '../../jobs/ingest/request.ts';
import { IngestHost } from '../../server/ingest/ingest-host.ts';
import { drop, newHome, salesCsv } from './serving.ts';

/** A host with one run at hand that takes a while, and the triggers of all runs in the order in which they began. */
async function busyHost(t: Test) {
  const home = await newHome(t);
  await makeFolders(home);
  const host = new IngestHost(home, 100);
  t.teardown(() => host.close());
  const begun: string[] = [];
  const { promise: underway, resolve } = Promise.withResolvers<void>();
  host.listen({
    begun: ({ trigger }) => begun.push(trigger),
    event: ({ type }) => type === 'file-started' && resolve(),
  });
  await drop(home, 'big.csv', salesCsv(40_000));
  const first = host.run({ trigger: 'first' });
  await underway;
  const request = async (trigger: string): Promise<RunRequest> => {
    const file = join(home.dir, `${trigger}.csv`);
    await writeFile(file, salesCsv(2, 900_000));
    return { trigger, files: [file] };
  };
  return { home, host, begun, first, request };
}

t.test('whoever loses interest in a run that waits takes it out of the queue', async (t) => {
  const { host, begun, first, request } = await busyHost(t);
  const abort = new AbortController();
  const second = host.run(await request('second'), abort.signal);
  const third = host.run(await request('third'));
  abort.abort();
  await t.rejects(second, { name: 'AbortError' });
  t.match(await first, { status: 'done' });
  t.match(await third, { status: 'done' });
  t.strictSame(begun, ['first', 'third']);
});

t.test('a run that several want goes on until the last of them loses interest', async (t) => {
  const { host, begun, first } = await busyHost(t);
  const [one, other] = [new AbortController(), new AbortController()];
  const wanted = [host.run({ trigger: 'one' }, one.signal), host.run({ trigger: 'other' }, other.signal)];
  one.abort();
  await first;
  t.match(await wanted[1], { status: 'done' });
  t.strictSame(begun, ['first', 'one'], 'requests for the inbox that wait are one');
  t.equal(await wanted[0], await wanted[1]);
});

t.test('the run at hand stops when nobody wants it any more', async (t) => {
  const home = await newHome(t);
  await makeFolders(home);
  const host = new IngestHost(home, 100);
  t.teardown(() => host.close());
  await drop(home, 'big.csv', salesCsv(100_000));
  const abort = new AbortController();
  host.listen({ event: ({ type }) => type === 'file-started' && abort.abort() });
  t.match(await host.run({ trigger: 'test' }, abort.signal), { status: 'aborted' });
});

t.test('stopping the run at hand forgets what was asked for by nobody who waits, and only that', async (t) => {
  const { host, begun, first, request } = await busyHost(t);
  t.equal(host.request({ trigger: 'api' }), 'queued');
  const awaited = host.run(await request('awaited'));
  t.ok(host.cancel());
  t.match(await first, { status: 'aborted' });
  t.match(await awaited, { status: 'done' });
  t.strictSame(begun, ['first', 'awaited']);
});

t.test('a host that closes says so to all who wait', async (t) => {
  const { host, first, request } = await busyHost(t);
  const waiting = host.run(await request('waiting'));
  const refused = t.rejects(waiting, { name: 'AbortError' });
  await host.close();
  await refused;
  t.match(await first, { status: 'aborted' });
  t.throws(() => host.request({ trigger: 'late' }), { code: 'stopping' });
});
