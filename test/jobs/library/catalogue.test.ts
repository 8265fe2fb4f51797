import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join as path } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import {
  asyncMap,
  CallError,
  csvSink,
  csvSource,
  deduplicate,
  filter,
  fork,
  httpSink,
  httpSource,
  jsonlSink,
  jsonlSource,
  lookup,
  map,
  pipeline,
  type RejectedRecord,
  recordsSink,
  recordsSource,
  route,
  type Step,
  sample,
  sessionise,
  sort,
  sqliteSink,
  throttle,
  topK,
} from 'tillstream';

const VISITS = [
  { id: 4, at: 40, shop: 'S2', price: 5 },
  { id: 1, at: 0, shop: 'S1', price: 10 },
  { id: 2, at: 10, shop: 'S1', price: 30 },
  { id: 3, at: 300, shop: 'S1', price: 20 },
];
type Visit = (typeof VISITS)[number];

/** What a step makes of records. */
async function made<In extends object, Out extends object>(records: readonly In[], step: Step<In, Out>) {
  const out: Out[] = [];
  const rejected: RejectedRecord[] = [];
  const take = recordsSink<Out>(
    (record) => void out.push({ ...record }),
    (letter) => rejected.push(letter),
  );
  const { ledger, reasons } = await pipeline(recordsSource(records), step, take).run();
  return { out, ledger, reasons, rejected };
}

const ids = ({ out }: { out: readonly { readonly id: number }[] }) => out.map(({ id }) => id);

t.test('sort, and its files beside the database that the run goes to', async (t) => {
  t.strictSame(ids(await made(VISITS, sort({ by: ['shop', { field: 'price', order: 'desc' }] }))), [2, 3, 1, 4]);
  const dir = t.testdir({
    'n.csv': `n\n${Array.from({ length: 20_000 }, (_, n) => (n * 7919) % 20_000).join('\n')}\n`,
  });
  const seen: number[] = [];
  let beside: string[] = [];
  await pipeline(
    csvSource(path(dir, 'n.csv'), { n: 'integer' }, { checkpointBytes: 10_000 }),
    sort({ by: ['n'], memoryMiB: 0.1 }),
    map((record) => {
      if (seen.push(record.n) === 1) beside = readdirSync(dir);
      return record;
    }),
    sqliteSink(path(dir, 'n.db'), 'n'),
  ).run();
  t.strictSame(
    seen,
    Array.from({ length: 20_000 }, (_, n) => n),
  );
  t.ok(beside.some((name) => name.startsWith('n.db-scratch-')));
  t.notOk(
    readdirSync(dir).some((name) => name.includes('scratch')),
    'and are gone afterwards',
  );
});

t.test('topK, of all and by window', async (t) => {
  const { out } = await made(VISITS, topK({ k: 1, field: 'price', by: ['shop'], rank: 'place' }));
  t.strictSame(
    out.map(({ id, place }) => [id, place]),
    [
      [4, 1],
      [2, 1],
    ],
  );
  const windows = await made(VISITS.slice(1), topK({ k: 1, field: 'price', windowSeconds: 60, time: 'at' }));
  t.strictSame(
    windows.out.map(({ id, window_start, rank }) => [id, window_start, rank]),
    [
      [2, 0, 1],
      [3, 300, 1],
    ],
  );
});

t.test('deduplicate, sample and throttle', async (t) => {
  const twice = [...VISITS, ...VISITS.map((visit) => ({ ...visit, price: 0 }))];
  const single = await made(twice, deduplicate({ keys: ['id'] }));
  t.strictSame(ids(single), [4, 1, 2, 3]);
  t.match(single.reasons, { duplicate: 4 });
  const apart = await made(VISITS, deduplicate({ keys: ['shop'], withinSeconds: 60, time: 'at' }));
  t.strictSame(ids(apart), [4, 1, 3]);
  t.strictSame(ids(await made(VISITS, sample({ every: 2 }))), [4, 2]);
  const dropped = await made(VISITS, throttle({ perSecond: 0.001, burst: 3, onExcess: 'drop' }));
  t.match(dropped.reasons, { throttled: 1 });
});

t.test('sessionise', async (t) => {
  const { out } = await made(VISITS, sessionise({ by: ['shop'], time: 'at', gapSeconds: 60, outOfOrderSeconds: 600 }));
  t.strictSame(
    out.map(({ id, session_id, session_sequence }) => [id, session_id, session_sequence]),
    [
      [1, 'S1@0', 1],
      [2, 'S1@0', 2],
      [4, 'S2@40', 1],
      [3, 'S1@300', 1],
    ],
  );
});

t.test('lookup in rows, a CSV and a query: what must be found, and what may', async (t) => {
  const dir = t.testdir({ 'shops.csv': 'code,manager,opened,fee\nS1,Ada,2026-01-02,2.50\nS2,,,\n' });
  const mayMiss = await made(
    VISITS,
    lookup({
      on: { shop: 'code' },
      csv: path(dir, 'shops.csv'),
      fields: { manager: 'text?', since: { type: 'date?', column: 'opened' }, fee: 'money?' },
    }),
  );
  t.match(mayMiss.out, [
    { id: 4, manager: null, since: null, fee: null },
    { id: 1, manager: 'Ada', since: Date.UTC(2026, 0, 2) / 1000, fee: 25_000 },
    { id: 2 },
    { id: 3 },
  ]);
  const must = await made(
    [...VISITS, { ...VISITS[0]!, shop: 'S9' }],
    lookup({ on: { shop: 'code' }, csv: path(dir, 'shops.csv'), fields: { manager: 'text' } }),
  );
  t.strictSame(ids(must), [1, 2, 3]);
  t.match(must.reasons, { missing_value: 1, not_found: 1 });
  const rows = [{ shop: 'S1', floor: 3 }];
  const leftOut = await made(VISITS, lookup({ on: ['shop'], rows, fields: { floor: 'integer' }, onMissing: 'filter' }));
  t.strictSame(
    leftOut.out.map(({ floor }) => floor),
    [3, 3, 3],
  );
  const database = path(dir, 'shops.db');
  await pipeline(recordsSource(rows), sqliteSink(database, 'floors')).run();
  const sql = { database, query: 'SELECT floor FROM floors WHERE shop = :shop' };
  const asked = await made(VISITS, lookup({ on: ['shop'], sql, fields: { floor: 'integer?' } }));
  t.strictSame(
    asked.out.map(({ floor }) => floor),
    [null, 3, 3, 3],
  );
});

t.test('asyncMap tries again what may pass, rejects what does not, and leaves out what is null', async (t) => {
  const attempts: Record<number, number> = {};
  const { out, rejected, reasons } = await made(
    VISITS,
    asyncMap(
      async ({ id }, { number, signal }) => {
        attempts[id] = number;
        t.equal(signal.aborted, false);
        if (id === 1 && number === 1) throw new Error('not now');
        if (id === 2) throw new CallError('no_such_visit', 'nobody knows it', { isPassing: false });
        return id === 3 ? null : { id, points: 1.5 };
      },
      { retry: { firstDelayMs: 1 }, concurrency: 2, types: { points: 'number' } },
    ),
  );
  t.strictSame(out, [
    { id: 4, points: 1.5 },
    { id: 1, points: 1.5 },
  ]);
  t.strictSame(attempts, { 1: 2, 2: 1, 3: 1, 4: 1 });
  t.match(rejected, [{ operator: 'async-map', reason: 'no_such_visit' }]);
  t.match(reasons, { filtered: 1 });
});

t.test('route by a function and by a field, with and without an end for the others', async (t) => {
  const taken: Record<string, number[]> = { dear: [], cheap: [], S1: [], others: [], S2: [] };
  const taking = (name: string) => recordsSink<Visit>(({ id }) => void taken[name]?.push(id));
  const result = await pipeline(
    recordsSource(VISITS),
    fork(
      route(({ price }) => (price > 15 ? 'dear' : 'cheap'), { dear: taking('dear'), cheap: taking('cheap') }),
      route('shop', { S1: taking('S1') }, taking('others')),
      route('shop', { S2: taking('S2') }),
    ),
  ).run();
  t.strictSame(taken, { dear: [2, 3], cheap: [4, 1], S1: [1, 2, 3], others: [4], S2: [4] });
  t.match(result.reasons, { no_route: 3 });
});

t.test('jsonlSource, jsonlSink and csvSink', async (t) => {
  const lines = ['{"id":1,"customer":{"name":"Ada"},"total":1.5}', '{"id":2,"total":"dear"}', '{"id":3,"total":2.25}'];
  const dir = t.testdir({ 'orders.jsonl': `${lines.join('\n')}\n` });
  const at = (name: string) => path(dir, name);
  const rejected: RejectedRecord[] = [];
  const result = await pipeline(
    jsonlSource(at('orders.jsonl'), {
      id: 'integer',
      name: { type: 'text?', column: 'customer.name' },
      total: 'money',
      never: 'text?',
    }),
    fork(
      csvSink(at('out/orders.csv'), { columns: ['id', 'total'], onRejected: (letter) => rejected.push(letter) }),
      jsonlSink(at('out/orders.jsonl')),
    ),
  ).run();
  t.match(result, { status: 'done', ledger: { read: 3, inserted: 4, dead_lettered: 1 } });
  t.match(rejected, [{ line: 2, operator: 'cast', reason: 'not_a_number' }]);
  t.equal(readFileSync(at('out/orders.csv'), 'utf8').replaceAll('\r', ''), 'id,total\n1,1.5\n3,2.25\n');
  t.equal(
    readFileSync(at('out/orders.jsonl'), 'utf8'),
    '{"id":1,"name":"Ada","total":1.5,"never":null}\n{"id":3,"name":null,"total":2.25,"never":null}\n',
  );
  t.notOk(existsSync(at('data')), 'nothing else is made');
  const load = () => pipeline(jsonlSource(at('orders.jsonl'), { id: 'integer' }), sqliteSink(at('o.db'), 'o')).run();
  t.match(await load(), { status: 'done', ledger: { inserted: 3 } });
  t.match(await load(), { status: 'unchanged' });
});

/** A service at an address of its own for as long as the test runs. */
async function served(t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test('httpSource and httpSink', async (t) => {
  const sent: { key: unknown; body: unknown }[] = [];
  const url = await served(t, async (request, response) => {
    if (request.method === 'POST') {
      sent.push({ key: request.headers['idempotency-key'], body: JSON.parse(await text(request)) });
      response.end();
      return;
    }
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
    response.end(JSON.stringify({ items: page > 2 ? [] : [{ id: page, at: '2026-01-01T00:00:00Z' }] }));
  });
  const orders = httpSource(
    `${url}/orders`,
    { id: 'integer', at: 'text' },
    { records: 'items', pages: { by: 'number', parameter: 'page' }, requestsPerSecond: 1_000 },
  );
  const result = await pipeline(
    orders,
    filter(({ id }) => id > 0),
    httpSink(`${url}/points`, { fields: ['id'], batchSize: 2 }),
  ).run();
  t.match(result.ledger, { read: 2, inserted: 2 });
  t.strictSame(
    sent.map(({ body }) => body),
    [[{ id: 1 }, { id: 2 }]],
  );
  t.type(sent[0]?.key, 'string');
  const db = path(t.testdir({}), 'o.db');
  const load = () => pipeline(orders, sqliteSink(db, 'o', { key: ['id'] })).run();
  t.match(await load(), { status: 'done', ledger: { inserted: 2 } });
  t.match(await load(), { status: 'done', ledger: { unchanged: 2 } }, 'it is read again, as nobody knows what is new');
  const database = new Database(db, { readonly: true });
  t.strictSame(database.prepare('SELECT count(*) AS n FROM o').get(), { n: 2 });
  database.close();
});
