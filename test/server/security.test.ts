import { request } from 'node:http';
import t from 'tap';
import { csvCell } from '../../server/csv.ts';
import { inlineHashes } from '../../server/security/content-policy.ts';
import { serve } from '../../server/serve.ts';
import { newHome, type Serving, served } from './serving.ts';
import { refused, watch } from './watching.ts';

const TOKEN = 'a-token-of-some-length';

/** `fetch` does not let a client lie about its host. */
function ask(serving: Serving, path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: serving.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

t.test('it listens where others can reach it only with a token', async (t) => {
  const home = await newHome(t);
  await t.rejects(serve({ home, host: '0.0.0.0', port: 0 }), { code: 'token_needed' });
  await t.rejects(serve({ home, port: 0, token: 'short' }), { code: 'weak_token' });
  const open = await served(t, home, { host: '0.0.0.0', token: TOKEN });
  t.equal(await ask(open, '/kpi/summary', { authorization: `Bearer ${TOKEN}` }), 200);
  t.equal(
    await ask(open, '/kpi/summary', { host: '192.168.7.7:80', authorization: `Bearer ${TOKEN}` }),
    200,
    'by its address',
  );
  t.equal(await ask(open, '/kpi/summary', { host: 'evil.example', authorization: `Bearer ${TOKEN}` }), 403);
  const taken = serve({ home, port: open.port, host: '0.0.0.0', token: TOKEN });
  await t.rejects(taken, { code: 'cannot_listen', message: /taken/ });
});

t.test('requests addressed to another host, and writes from another site, are refused', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const own = `127.0.0.1:${serving.port}`;
  t.equal(await ask(serving, '/health', { host: own }), 200);
  t.equal(await ask(serving, '/health', { host: 'localhost' }), 200);
  t.equal(
    await ask(serving, '/health', { host: `rebound.example:${serving.port}` }),
    403,
    'a name that resolves here is not ours',
  );
  t.equal(await ask(serving, '/runs/cancel', { host: own }, 'POST'), 409, 'a program sends no origin');
  t.equal(await ask(serving, '/runs/cancel', { host: own, origin: `http://${own}` }, 'POST'), 409);
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${serving.port + 1}`, 'file://']) {
    t.equal(await ask(serving, '/runs/cancel', { host: own, origin }, 'POST'), 403, origin);
    t.equal(await refused(serving, { headers: { origin } }), 403, `WebSocket from ${origin}`);
  }
  t.equal(await ask(serving, '/runs/cancel', { host: own, 'sec-fetch-site': 'cross-site' }, 'POST'), 403);
  t.equal(await refused(serving, { headers: { host: 'rebound.example' } }), 403);
  t.equal(await refused(serving, { headers: { origin: serving.url } }), 101);
  const named = await served(t, home, { allowedHosts: ['shop.example'] });
  t.equal(await ask(named, '/health', { host: 'shop.example' }), 200);
});

t.test('with a token everything but the page itself needs it', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home, { token: TOKEN });
  const paths = [
    '/health',
    '/kpi/summary',
    '/runs',
    '/files',
    '/dead-letters',
    '/metrics',
    '/operators',
    '/docs/json',
    '/live',
  ];
  for (const path of paths) {
    const response = await fetch(`${serving.url}${path}`);
    t.match(await response.json(), { status: 401, code: 'token_required' }, path);
    await fetch(`${serving.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}x` } }).then((r) =>
      t.equal(r.status, 401),
    );
  }
  t.equal((await fetch(`${serving.url}/`)).status, 200, 'the page holds no data');
  t.equal((await fetch(`${serving.url}/kpi/summary`, { headers: { authorization: `Bearer ${TOKEN}` } })).status, 200);
  t.equal(await refused(serving), 401);
  t.equal(await refused(serving, { headers: { authorization: `Bearer ${TOKEN}` } }), 101);
  const shown = `bearer.${Buffer.from(TOKEN).toString('base64url')}`;
  t.equal(await refused(serving, {}, ['tillstream', shown]), 101, 'browsers show it as a protocol');
  t.equal(await refused(serving, {}, ['tillstream', 'bearer.d3Jvbmc']), 401);
  t.notMatch(serving.url, TOKEN);
});

t.test('a browser shows the token once and has a cookie from then on', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home, { token: TOKEN });
  const post = (token: string) =>
    fetch(`${serving.url}/session`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) },
    });
  t.same(await (await fetch(`${serving.url}/session`)).json(), { needed: true, admitted: false });
  t.equal((await post('wrong')).status, 401);
  const response = await post(TOKEN);
  t.equal(response.status, 204);
  const cookie = response.headers.get('set-cookie') ?? '';
  t.match(cookie, /HttpOnly/);
  t.match(cookie, /SameSite=Strict/);
  t.notMatch(cookie, TOKEN, 'the token itself is in no cookie');
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  t.equal((await fetch(`${serving.url}/kpi/summary`, { headers })).status, 200);
  const watcher = await watch(t, serving, '', { headers });
  t.equal(watcher.messages[0]?.type, 'snapshot');
  for (let tries = 0; tries < 25; tries++) await post('wrong');
  t.equal((await post(TOKEN)).status, 429, 'nobody guesses for long');
});

t.test('headers keep other scripts out', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  for (const path of ['/', '/health', '/docs', '/nope']) {
    const { headers } = await fetch(`${serving.url}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    t.match(policy, /script-src 'self'( 'sha256-[^ ;]+')*;/, path);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(policy, /unsafe/);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('access-control-allow-origin'), null);
  }
  t.same(inlineHashes('<script src="/a.js"></script><script>alert(1)</script>'), [
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
  ]);
  const docs = await (await fetch(`${serving.url}/docs`)).text();
  t.same(inlineHashes(docs).length, 0, 'the page of the interface needs no script of its own');
});

t.test('who asks too often waits', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home, { requestsPer10s: 20 });
  const statuses: number[] = [];
  for (let n = 0; n < 30; n++) statuses.push((await fetch(`${serving.url}/health`)).status);
  t.equal(statuses[0], 200);
  t.equal(statuses.at(-1), 429);
});

t.test('cells that a spreadsheet would compute are made text', async (t) => {
  for (const text of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1']) {
    t.ok(csvCell(text).replace(/^"/, '').startsWith("'"), JSON.stringify(text));
  }
  t.equal(csvCell('-12.5'), '-12.5', 'money stays a number');
  t.equal(csvCell(-3), '-3');
  t.equal(csvCell('a "b", c'), '"a ""b"", c"');
  t.equal(csvCell(null), '');
});
