import fc from 'fast-check';
import t from 'tap';
import type { Batch } from '../../engine/batch.ts';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { resplit } from '../../engine/conformance/material.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { httpSink } from '../../operators/http-sink.ts';
import { type Respond, type Service, serve } from './http-service.ts';
import { batchOf, batchOfRecords, Collected, contextWith, runThrough } from './in-memory.ts';

type Test = { teardown(undo: () => void): void };

async function service(t: Test, respond: Respond): Promise<Service> {
  const made = await serve(respond);
  t.teardown(() => made.close());
  return made;
}

/** Takes records once for each key, as a service that heeds keys does. */
async function register(t: Test) {
  const byKey = new Map<string, number[]>();
  const { origin, seen } = await service(t, ({ headers, body }) => {
    const key = String(headers['idempotency-key']);
    if (!byKey.has(key))
      byKey.set(
        key,
        (JSON.parse(body) as { n: number }[]).map(({ n }) => n),
      );
    return {};
  });
  return { origin, seen, byKey, numbers: () => [...byKey.values()].flat() };
}

const QUICK = { retry: { attempts: 3, firstDelayMs: 1 }, timeoutMs: 2000 };
const numbered = (length: number) => batchOfRecords(Array.from({ length }, (_, n) => ({ n })));
const upTo = (length: number) => Array.from({ length }, (_, n) => n);

t.test('records are sent in batches, exactly, as JSON or a line each', async (t) => {
  const { origin, seen } = await service(t, () => ({}));
  const batch = batchOf(
    [
      ['price', new NumberColumn('decimal', Float64Array.of(125_000, Number.NaN), 10_000)],
      ['sold_on', new NumberColumn('date', Float64Array.of(0, 86_400))],
      ['note', dictionaryColumn(['"a"', '{"b": 1}'])],
    ],
    2,
  );
  const out = await runThrough(httpSink, { url: `${origin}/in`, headers: { 'x-shop': '7' } }, [batch]);
  t.strictSame(out.batches, [batch], 'records pass on untouched');
  await runThrough(httpSink, { url: origin, envelope: 'sales', fields: ['note', 'price'], json: ['note'] }, [batch]);
  await runThrough(httpSink, { url: origin, method: 'PUT', format: 'ndjson', fields: ['price'] }, [batch]);
  t.match(
    seen.map(({ method, url, body, headers }) => [method, url, headers['content-type'], body]),
    [
      [
        'POST',
        '/in',
        'application/json',
        '[{"price":12.5,"sold_on":"1970-01-01","note":"\\"a\\""},{"price":null,"sold_on":"1970-01-02","note":"{\\"b\\": 1}"}]',
      ],
      ['POST', '/', 'application/json', '{"sales":[{"note":"a","price":12.5},{"note":{"b": 1},"price":null}]}'],
      ['PUT', '/', 'application/x-ndjson', '{"price":12.5}\n{"price":null}\n'],
    ],
  );
  t.equal(seen[0]?.headers['x-shop'], '7');
});

t.test('wherever it crashes and however batches are cut: each record is taken once', async (t) => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.nat({ max: 30 }),
    async (length, batchSize, before, after, crashAt) => {
      const { origin, numbers } = await register(t);
      const create = () => httpSink.create!(fillOptions(httpSink, { url: origin, batchSize, ...QUICK }), contextWith());
      const checkpointAt = Math.floor(Math.min(crashAt, length) / 2);
      const rows = (from: number, to: number) =>
        numbered(length).select(Int32Array.from(upTo(Math.max(0, to - from)), (n) => from + n));
      const process = async (instance: ReturnType<typeof create>, batches: readonly Batch[]) => {
        for (const batch of batches) await instance.process(batch, new Collected(), 'main');
      };
      const first = create();
      await process(first, resplit([rows(0, checkpointAt)], before));
      await first.checkpoint?.(new Collected());
      const state = JSON.parse(JSON.stringify(first.snapshot?.()));
      await process(first, resplit([rows(checkpointAt, Math.min(crashAt, length))], before));
      await first.close?.();
      const second = create();
      second.restore?.(state);
      await process(second, resplit([rows(checkpointAt, length)], after));
      await second.flush?.(new Collected());
      await second.close?.();
      return JSON.stringify(numbers()) === JSON.stringify(upTo(length));
    },
  );
  await t.resolves(fc.assert(property, { numRuns: 25 }));
});

t.test('the same records at another place, or from another file, are others', async (t) => {
  const { origin, byKey } = await register(t);
  const same = batchOfRecords([{ n: 1 }, { n: 1 }]);
  await runThrough(httpSink, { url: origin, batchSize: 1 }, [same]);
  t.equal(byKey.size, 2);
  const other = { ...contextWith(), split: { fileId: 2, file: 'other.csv', part: 0 } };
  const instance = httpSink.create!(fillOptions(httpSink, { url: origin, batchSize: 2 }), other);
  await instance.process(same, new Collected(), 'main');
  await instance.close?.();
  t.equal(byKey.size, 3);
});

t.test('a service that falters is asked again with the same key', async (t) => {
  const { origin, seen } = await service(t, (_, response, count) => {
    if (count === 1) return void response.writeHead(503, { 'retry-after': '0' }).end();
    if (count === 2) return void response.destroy();
    return {};
  });
  const out = await runThrough(httpSink, { url: origin, ...QUICK }, [numbered(3)]);
  t.equal(out.records().length, 3);
  t.equal(seen.length, 3);
  t.equal(new Set(seen.map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size, 1);
});

t.test('what can’t be sent stops the run, unless the plan wants dead letters', async (t) => {
  const { origin } = await service(t, ({ body }, response) => {
    if (body.includes('"n":4')) response.writeHead(422).end('four is not allowed');
    else return {};
  });
  const options = { url: origin, batchSize: 3, ...QUICK };
  await t.rejects(runThrough(httpSink, options, [numbered(8)]), {
    code: 'delivery_failed',
    message: /^3 records could not be sent to http:.* \(call_refused\): .*four is not allowed; run again/,
  });
  const out = await runThrough(httpSink, { ...options, onError: 'dead-letter' }, resplit([numbered(8)], 2));
  t.strictSame(
    out.records().map(({ n }) => n),
    [0, 1, 2, 6, 7],
    'order is kept',
  );
  t.equal(out.dead.length, 3);
  t.match(out.dead[0]?.faults, [{ code: 'call_refused', message: /four is not allowed/ }]);
});

t.test('no more waits than one request, and with dead letters nothing after a checkpoint', async (t) => {
  const { origin, numbers } = await register(t);
  const create = (onError: string) =>
    httpSink.create!(fillOptions(httpSink, { url: origin, batchSize: 4, onError }), contextWith());
  const waits = create('fail');
  await waits.process(numbered(10), new Collected(), 'main');
  await waits.checkpoint?.(new Collected());
  t.strictSame(waits.snapshot?.(), { sent: 8, waiting: ['{"n":8}', '{"n":9}'] });
  await waits.close?.();
  const out = new Collected();
  const decides = create('dead-letter');
  await decides.process(numbered(10), out, 'main');
  t.equal(out.records().length, 8);
  await decides.checkpoint?.(out);
  t.equal(out.records().length, 10);
  t.strictSame(decides.snapshot?.(), { sent: 10, waiting: [] });
  await decides.close?.();
  t.strictSame([...new Set(numbers())], upTo(10));
});

t.test('an abort ends a request that hangs', async (t) => {
  const { origin } = await service(t, (_, response) => void response.writeHead(200).write('…'));
  const abort = new AbortController();
  const instance = httpSink.create!(fillOptions(httpSink, { url: origin, batchSize: 1 }), {
    ...contextWith(),
    signal: abort.signal,
  });
  const sending = instance.process(numbered(1), new Collected(), 'main');
  setTimeout(() => abort.abort(), 20);
  await t.rejects(async () => sending, { name: 'AbortError' });
  await instance.close?.();
});
