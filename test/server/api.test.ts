import { readFile } from 'node:fs/promises';
import t from 'tap';
import { PROBLEMS } from '../../server/errors.ts';
import { TOPICS } from '../../server/protocol.ts';
import { newHome, served } from './serving.ts';

interface Described {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
}

const doc = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

t.test('every route is described, by OpenAPI and in the docs', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const described = (await (await fetch(`${serving.url}/docs/json`)).json()) as Described;
  t.match(described.openapi, /^3\.1/);
  const text = await doc('api.md');
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const [method, { summary, responses }] of Object.entries(operations)) {
      t.ok(summary, `${method} ${path} has a summary`);
      t.ok(responses.default, `${method} ${path} may answer with a problem`);
      t.notMatch(
        JSON.stringify(responses),
        /"(any|one)Of"/,
        `${method} ${path} answers without asking Ajv which it is`,
      );
      t.match(
        text,
        `\`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}\``,
        `${method} ${path} is in docs/api.md`,
      );
    }
  }
});

t.test('problem codes and their docs agree, both ways', async (t) => {
  const text = await doc('api.md');
  const documented = [...text.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  t.same(
    documented,
    Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]),
  );
});

t.test('topics of the live protocol are documented', async (t) => {
  const text = await doc('live-protocol.md');
  for (const topic of TOPICS) t.match(text, `\n| \`${topic}\` |`, topic);
});

t.test('every failure is a problem document with the request id', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  for (const [path, init, status, code] of [
    ['/nope', {}, 404, 'not_found'],
    ['/runs/x', {}, 400, 'invalid_request'],
    ['/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }, 400, 'malformed_body'],
    [
      '/session',
      { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' },
      415,
      'unsupported_media_type',
    ],
    [
      '/session',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(70_000)}"` },
      413,
      'too_large',
    ],
    ['/live', {}, 426, 'upgrade_required'],
  ] as const) {
    const response = await fetch(`${serving.url}${path}`, init);
    t.match(response.headers.get('content-type'), 'application/problem+json', path);
    const problem = (await response.json()) as Record<string, unknown>;
    t.match(problem, {
      status,
      code,
      type: `/problems/${code}`,
      instance: path,
      request_id: response.headers.get('x-request-id'),
    });
  }
  const page = await fetch(`${serving.url}/problems/not_found`);
  t.match(await page.json(), { code: 'not_found', status: 404 });
  const traced = await fetch(`${serving.url}/health`, { headers: { 'x-request-id': 'shop-17' } });
  t.equal(traced.headers.get('x-request-id'), 'shop-17');
});

t.test('the page says what to do until the dashboard is built', async (t) => {
  const home = await newHome(t);
  const unbuilt = await served(t, home, { web: '/nowhere' });
  const page = await fetch(`${unbuilt.url}/`);
  t.match(page.headers.get('content-type'), 'text/html');
  t.match(await page.text(), /npm run build/);
  const web = t.testdir({ 'index.html': '<title>dash</title>', _app: { immutable: { 'a.js': '1' } } });
  const built = await served(t, home, { web });
  t.match(await (await fetch(`${built.url}/`)).text(), /dash/);
  t.match(await (await fetch(`${built.url}/anything`, { headers: { accept: 'text/html' } })).text(), /dash/);
  t.match((await fetch(`${built.url}/_app/immutable/a.js`)).headers.get('cache-control'), /immutable/);
  t.equal((await fetch(`${built.url}/../package.json`)).status, 404);
  t.equal((await fetch(`${built.url}/..%2f..%2fpackage.json`)).status, 404);
});
