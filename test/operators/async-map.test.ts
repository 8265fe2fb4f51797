import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { asyncMap } from '../../operators/async-map.ts';
import { headersFrom } from '../../operators/http/headers.ts';
import { retryAfterMs } from '../../operators/http/retry-after.ts';
import { type Respond, type Service, serve } from './http-service.ts';
import { batchOf, batchOfRecords, type Collected, contextWith, runThrough } from './in-memory.ts';

type Test = { teardown(undo: () => void): void };

async function service(t: Test, respond: Respond): Promise<Service> {
  const made = await serve(respond);
  t.teardown(() => made.close());
  return made;
}

const QUICK = { retry: { attempts: 3, firstDelayMs: 1, maxDelayMs: 50 }, timeoutMs: 2000 };
const fields = { answer: 'answer' };

/** The answers that records 0, 1, … get, and what became of the others. */
async function asked(
  options: Record<string, unknown>,
  count = 1,
): Promise<{ out: Collected; answers: unknown[]; codes: string[]; message: string }> {
  const records = Array.from({ length: count }, (_, n) => ({ n }));
  const out = await runThrough(asyncMap, { fields, ...QUICK, ...options }, [batchOfRecords(records)]);
  const codes = out.dead.map(({ faults }) => faults[0]!.code);
  const message = out.dead[0]?.faults[0]?.message ?? '';
  return { out, answers: out.records().map(({ answer }) => answer), codes, message };
}

t.test('fields are set from the answer, each with its type', async (t) => {
  const rates = await service(t, () => ({
    rate: { value: 1.0825, day: '2026-03-01T17:30:00.123Z' },
    note: 'mid "market"',
    long: 0,
    live: true,
    tags: ['a', 1],
    none: null,
  }));
  const columns = [
    ['currency', dictionaryColumn(['USD', 'A/B?c'])],
    ['revenue', new NumberColumn('decimal', Float64Array.of(125_000, 1), 10_000)],
    ['sold_at', new NumberColumn('datetime', Float64Array.of(0, 3600))],
  ] as const;
  const options = {
    url: `${rates.origin}/v1/{currency}?amount={revenue}&at={sold_at}`,
    fields: {
      rate: { from: 'rate.value', type: 'number', decimals: 6 },
      quoted_at: { from: 'rate.day', type: 'datetime' },
      live: { from: 'live', type: 'boolean' },
      note: 'note',
      tags: 'tags',
      none: 'none',
      deep: 'rate.value.more',
      revenue: 'long',
    },
  };
  const out = await runThrough(asyncMap, options, [batchOf(columns, 2)]);
  t.strictSame(
    rates.seen.map(({ url }) => url).sort(),
    ['/v1/A%2FB%3Fc?amount=0.0001&at=1970-01-01T01%3A00%3A00', '/v1/USD?amount=12.5&at=1970-01-01T00%3A00%3A00'],
    'values are encoded, as people write them',
  );
  t.strictSame(
    out.records().map((record) => ({ ...record, sold_at: 0 })),
    ['USD', 'A/B?c'].map((currency) => ({
      ...{ currency, revenue: 0, sold_at: 0, rate: 1_082_500, quoted_at: 1_772_386_200, live: 1 },
      ...{ note: 'mid "market"', tags: '["a",1]', none: null, deep: null },
    })),
  );
  const [batch] = out.batches;
  t.match(batch?.column('revenue'), { type: 'decimal', scale: 10_000 }, 'a field stays what it was');
});

t.test('services that falter are asked again', async (t) => {
  const falter: Respond = (_, response, count) => {
    if (count === 1) return void response.writeHead(500).end('oops');
    if (count === 2) return void response.writeHead(200, { 'content-length': 100 }).end('{"half":');
    return { answer: 'well' };
  };
  t.strictSame((await asked({ url: (await service(t, falter)).origin })).answers, ['well']);

  const closing = await service(t, ({ url }, response, count) => {
    if (count < 3) return void response.destroy();
    return { answer: url };
  });
  t.strictSame((await asked({ url: `${closing.origin}/there` })).answers, ['/there']);
});

t.test('Retry-After is waited for', async (t) => {
  const times: number[] = [];
  const busy = await service(t, (_, response, count) => {
    times.push(performance.now());
    if (count === 1) return void response.writeHead(429, { 'retry-after': '1' }).end();
    return { answer: 'ok' };
  });
  const retry = { attempts: 2, firstDelayMs: 0, maxDelayMs: 1500 };
  t.strictSame((await asked({ url: busy.origin, retry })).answers, ['ok']);
  t.ok(times[1]! - times[0]! > 990);
  t.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', Date.UTC(2026, 0, 1)), 30_000);
  t.equal(retryAfterMs('soon', 0), null);
});

t.test('what cannot be answered is a dead letter with its reason, and nothing throws', async (t) => {
  const wrong: [Respond, string, RegExp][] = [
    [
      (_, response) => void response.writeHead(404).end('no such\n thing'),
      'call_refused',
      /GET .*\/ was answered with 404: no such thing$/,
    ],
    [(_, response) => void response.writeHead(503).end(), 'call_failed', /503 \(3 attempts\)$/],
    [
      (_, response) => void response.writeHead(302, { location: 'http://elsewhere/' }).end(),
      'call_refused',
      /302 to http:\/\/elsewhere\//,
    ],
    [(_, response) => void response.end('<html>'), 'bad_answer', /no JSON; it begins with "<html>"/],
    [() => ({ answer: 'x'.repeat(2000) }), 'bad_answer', /longer than 1000 bytes/],
    [(_, response) => void response.writeHead(200), 'timed_out', /no answer within 30 ms/],
  ];
  for (const [respond, code, message] of wrong) {
    const { origin } = await service(t, respond);
    const found = await asked({ url: origin, maxResponseBytes: 1000, timeoutMs: code === 'timed_out' ? 30 : 2000 });
    t.strictSame(found.codes, [code]);
    t.match(found.message, message);
  }
  const free = createServer();
  await new Promise<void>((resolve) => void free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const found = await asked({ url: `http://127.0.0.1:${port}/` });
  t.strictSame(found.codes, ['call_failed']);
  t.match(found.message, /no connection to 127\.0\.0\.1:\d+: .*ECONNREFUSED.*\(3 attempts\)/);
});

t.test(
  'a value of another type, or none where the request needs one, is told; with keep the record goes on',
  async (t) => {
    const { origin } = await service(t, () => ({ answer: 'dear' }));
    const typed = { fields: { answer: { from: 'answer', type: 'number' } } };
    const found = await asked({ url: origin, ...typed });
    t.strictSame(found.out.dead[0]?.faults, [
      { code: 'not_a_number', field: 'answer', message: 'answer: expected a number, got "dear"' },
    ]);
    t.strictSame((await asked({ url: origin, ...typed, onError: 'keep' })).answers, [null]);

    const records = [{ n: null }, { n: '..' }, { n: 'x' }];
    const out = await runThrough(asyncMap, { url: `${origin}/{n}`, fields }, [batchOfRecords(records)]);
    t.strictSame(
      out.dead.map(({ row, faults }) => [row, faults[0]!.code]),
      [
        [0, 'missing_value'],
        [1, 'missing_value'],
      ],
    );
    await t.rejects(runThrough(asyncMap, { url: `${origin}/{m}`, fields }, [batchOfRecords(records)]), {
      code: 'unknown_field',
    });
  },
);

t.test('a body is written with the types of its fields, for one record or for many', async (t) => {
  const echo = await service(t, ({ body }) => ({
    results: (JSON.parse(body) as unknown[]).map((answer) => ({ answer })),
  }));
  const columns = [
    ['sku', dictionaryColumn(['a"b', null, 'c'])],
    ['price', new NumberColumn('decimal', Float64Array.of(125_000, Number.NaN, 9_007_199_254_740_991), 10_000)],
    ['sold_on', new NumberColumn('date', Float64Array.of(0, 86_400, 0))],
  ] as const;
  const options = {
    ...{ url: echo.origin, method: 'POST', batchSize: 2, results: 'results', fields },
    body: { sku: '{sku}', price: '{price}', text: 'on {sold_on}', always: [true, null] },
  };
  const out = await runThrough(asyncMap, options, [batchOf(columns, 3)]);
  t.strictSame(
    echo.seen.map(({ body }) => body).sort((a, b) => b.length - a.length),
    [
      '[{"sku":"a\\"b","price":12.5,"text":"on 1970-01-01","always":[true,null]},{"sku":null,"price":null,"text":"on 1970-01-02","always":[true,null]}]',
      '[{"sku":"c","price":900719925474.0991,"text":"on 1970-01-01","always":[true,null]}]',
    ],
  );
  t.equal(out.records().length, 3);
  t.equal(JSON.parse(String(out.records()[2]?.answer)).sku, 'c', 'answers come to their records');
});

t.test('an answer with too few results is no answer', async (t) => {
  const { origin } = await service(t, () => [{ answer: 1 }]);
  const found = await asked({ url: origin, method: 'POST', batchSize: 2, body: { n: '{n}' } }, 2);
  t.strictSame(found.codes, ['bad_answer', 'bad_answer']);
  t.match(found.message, /expected 2 results, one for each record, got 1/);
});

t.test('no more requests are made at a time than the plan says; while the service is down it is spared', async (t) => {
  const { setTimeout: delay } = await import('node:timers/promises');
  const slow = await service(t, async () => {
    await delay(3);
    return { answer: 1 };
  });
  t.equal((await asked({ url: slow.origin, concurrency: 3 }, 12)).answers.length, 12);
  t.equal(slow.busiest, 3);

  const down = await service(t, (_, response) => void response.writeHead(500).end());
  const options = { url: down.origin, concurrency: 1, retry: { attempts: 1 }, breaker: { failures: 3 } };
  const { codes } = await asked(options, 10);
  t.strictSame(codes, [...Array(3).fill('call_failed'), ...Array(7).fill('circuit_open')]);
  t.equal(down.seen.length, 3);
});

t.test('secrets come from the environment and are told to nobody', async (t) => {
  const { origin, seen } = await service(t, () => ({ answer: 1 }));
  process.env.TILLSTREAM_TEST_TOKEN = 's3cret';
  t.teardown(() => delete process.env.TILLSTREAM_TEST_TOKEN);
  const headers = { Authorization: { env: 'TILLSTREAM_TEST_TOKEN', prefix: 'Bearer ' }, 'x-shop': '7' };
  await asked({ url: origin, headers });
  t.match(seen[0]?.headers, { authorization: 'Bearer s3cret', 'x-shop': '7', accept: 'application/json' });
  t.throws(() => headersFrom({ a: { env: 'NOT_SET' } }, {}), { code: 'missing_secret', message: /NOT_SET is not set/ });
  t.throws(() => headersFrom({ a: { env: 'X' } }, { X: 'bad\nsecret' }), {
    code: 'bad_option',
    message: /^((?!secret).)*$/s,
  });
});

t.test('only http and https, to one host', async (t) => {
  const create = (options: Record<string, unknown>) =>
    asyncMap.create!(fillOptions(asyncMap, { fields, ...options }), contextWith());
  for (const url of [
    'file:///etc/passwd',
    'ftp://host/',
    '{n}',
    'http://{n}/',
    'https://host{n}/x',
    'http://me:pw@host/',
    'shop',
  ]) {
    t.throws(() => create({ url }), { code: 'bad_option' }, url);
  }
  t.throws(() => create({ url: 'http://host/', body: {} }), { code: 'bad_option', message: /GET request has none/ });
  t.throws(() => create({ url: 'http://host/', batchSize: 2 }), {
    code: 'bad_option',
    message: /fields go into `body`/,
  });
});
