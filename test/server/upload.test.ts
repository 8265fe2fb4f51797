import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { safeName } from '../../server/upload.ts';
import { json, newHome, type Serving, salesCsv, served, until } from './serving.ts';
import { watch } from './watching.ts';

function upload(serving: Serving, files: Record<string, string>, query = ''): Promise<Response> {
  const form = new FormData();
  for (const [name, text] of Object.entries(files)) form.append('file', new Blob([text]), name);
  return fetch(`${serving.url}/files${query}`, { method: 'POST', body: form });
}

t.test('a file that is sent lies in the inbox, whole, under a harmless name', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const text = salesCsv(5_000);
  const response = await upload(serving, { 'march.csv': text, '../../etc/$(rm)/=cmd.csv': 'a,b\n1,2\n' });
  t.equal(response.status, 201);
  t.same(await response.json(), {
    files: [
      { name: 'march.csv', size_bytes: text.length },
      { name: '=cmd.csv', size_bytes: 8 },
    ],
  });
  t.equal(await readFile(join(home.raw, 'march.csv'), 'utf8'), text);
  const again = await upload(serving, { 'march.csv': 'x\n1\n' });
  t.match(await again.json(), { files: [{ name: 'march-2.csv' }] }, 'what is there is kept');
  t.equal((await stat(join(home.raw, 'march.csv'))).size, text.length);
  const { items } = await json<{ items: { name: string; status: string }[] }>(serving, '/files');
  t.same(items.map(({ name, status }) => `${name} ${status}`).sort(), [
    '=cmd.csv waiting',
    'march-2.csv waiting',
    'march.csv waiting',
  ]);
});

t.test('names', async (t) => {
  t.equal(safeName('C:\\Users\\me\\Umsätze März.CSV'), 'Umsätze März.CSV');
  t.equal(safeName('.hidden.csv'), 'hidden.csv');
  t.equal(safeName('a\u0000b\u202e.csv.gz'), 'ab.csv.gz');
  t.equal(safeName(`${'x'.repeat(500)}.csv`).length, 124);
  for (const name of ['', '.csv', 'sales.exe', 'sales.csv.exe', '../..', 'photo.png', 'data.json']) {
    t.throws(() => safeName(name), { code: 'not_a_sales_file' }, name);
  }
});

t.test('what is refused leaves nothing behind', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home, { uploadBytes: 10_000 });
  t.match(await (await upload(serving, { 'virus.exe': 'MZ' })).json(), { status: 415, code: 'not_a_sales_file' });
  const large = await upload(serving, { 'large.csv': 'x'.repeat(50_000) });
  t.match(await large.json(), { status: 413, code: 'too_large' });
  t.match(await (await fetch(`${serving.url}/files`, { method: 'POST', body: 'a,b' })).json(), { status: 415 });
  t.match(await (await upload(serving, {})).json(), { code: 'no_file_sent' });
  await cutOff(serving);
  await until(
    () => readdir(home.raw),
    (names) => names.every((name) => name === '.claimed' || name === '.gitkeep'),
  );
  t.same(await (await fetch(`${serving.url}/files`)).json(), { items: [], total: 0, limit: 50, offset: 0 });
});

/** Begins to send a file and goes away in the middle. */
function cutOff({ port }: Serving): Promise<void> {
  const headers = { 'content-type': 'multipart/form-data; boundary=XX', 'content-length': '9000' };
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path: '/files', method: 'POST', headers });
    sent.on('error', () => resolve());
    sent.write(`--XX\r\nContent-Disposition: form-data; name="file"; filename="half.csv"\r\n\r\na,b\n1,`);
    setTimeout(() => sent.destroy(), 200);
  });
}

t.test('a large file is written as it comes, not gathered first', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const size = 512 * 1024 * 1024;
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 20);
  const head = '--XX\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n';
  const tail = '\r\n--XX--\r\n';
  const headers = {
    'content-type': 'multipart/form-data; boundary=XX',
    'content-length': String(head.length + size + tail.length),
  };
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: serving.port, path: '/files', method: 'POST', headers },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    const piece = Buffer.alloc(1024 * 1024, 'a,b,c,d\n');
    let left = size;
    const write = () => {
      while (left > 0) {
        left -= piece.length;
        if (!sent.write(piece)) return void sent.once('drain', write);
      }
      sent.end(tail);
    };
    sent.write(head);
    write();
  });
  clearInterval(timer);
  t.equal(status, 201);
  t.equal((await stat(join(home.raw, 'big.csv'))).size, size);
  t.ok(most < size / 2, `memory grew by ${Math.round(most / 1e6)} MB for a file of 537 MB`);
});

t.test('a file dropped in the page flows at once', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const watcher = await watch(t, serving);
  const started = performance.now();
  await upload(serving, { 'now.csv': salesCsv(1_000) }, '?run=true');
  await watcher.until(({ state }) => state.kpi?.lines === 1_000 && state.kpi.provisional === false);
  t.ok(performance.now() - started < 5_000, `figures are there after ${Math.round(performance.now() - started)} ms`);
  t.match(await json(serving, '/kpi/summary'), { lines: 1_000, provisional: false });
  t.match(watcher.state.run, { trigger: 'upload' });
});
