import t from 'tap';
import { Batch } from '../../engine/batch.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { OperatorMeter } from '../../engine/metrics.ts';
import type { Fault, SourcePosition } from '../../engine/operator.ts';
import { CountedOutputs } from '../../engine/outputs.ts';
import { httpSource } from '../../operators/http-source.ts';
import { type Respond, type Service, serve } from './http-service.ts';
import { contextWith } from './in-memory.ts';

type Test = { teardown(undo: () => void): void };

async function service(t: Test, respond: Respond): Promise<Service> {
  const made = await serve(respond);
  t.teardown(() => made.close());
  return made;
}

const QUICK = { requestsPerSecond: 1000, retry: { attempts: 3, firstDelayMs: 1 }, timeoutMs: 2000 };

/** All that the source reads. */
async function read(options: Record<string, unknown>) {
  const values: unknown[] = [];
  const raws: [line: number, offset: number, raw: string][] = [];
  const dead: [line: number, code: string][] = [];
  const positions: { position: SourcePosition; before: number }[] = [];
  const out = Object.assign(new CountedOutputs(new OperatorMeter('source'), 'revenue', () => {}), {
    deadLetter: ({ provenance }: Batch, row: number, [fault]: readonly [Fault, ...Fault[]]) =>
      void dead.push([provenance.lines[row]!, fault.code]),
  });
  const source = httpSource.source!(fillOptions(httpSource, { ...QUICK, ...options }), contextWith());
  try {
    for await (const item of source.read(out)) {
      if (!(item instanceof Batch))
        positions.push({ position: JSON.parse(JSON.stringify(item)), before: values.length });
      else {
        const { provenance } = item;
        item.records.forEach(({ n }, row) => {
          values.push(n);
          raws.push([provenance.lines[row]!, provenance.offsetOf(row), provenance.raw(row)]);
        });
      }
    }
  } finally {
    await source.close?.();
  }
  return { values, raws, dead, positions };
}

const ORDERS = Array.from({ length: 7 }, (_, n) => ({ n }));
const all = ORDERS.map(({ n }) => String(n));
const at = (url: string, parameter: string) => Number(new URL(url, 'http://service').searchParams.get(parameter) ?? 0);

/** Ways of paging, each with a service that pages so by three. */
const WAYS: Readonly<Record<string, [options: Record<string, unknown>, respond: Respond]>> = {
  link: [
    { pages: { by: 'link' } },
    ({ url }, response) => {
      const from = at(url, 'from');
      const more = from + 3 < 7 ? `, </orders?from=${from + 3}>; title="a, b"; rel="last next"` : '';
      response.setHeader('link', `<http://127.0.0.1/orders>; rel=first${more}`);
      return ORDERS.slice(from, from + 3);
    },
  ],
  cursor: [
    { records: 'data', pages: { by: 'cursor', at: 'meta.next', parameter: 'from' } },
    ({ url }) => {
      const from = at(url, 'from');
      return { data: ORDERS.slice(from, from + 3), meta: { next: from + 3 < 7 ? from + 3 : '' } };
    },
  ],
  url: [
    { records: 'data', pages: { by: 'url', at: 'next' } },
    ({ url }) => {
      const from = at(url, 'from');
      return { data: ORDERS.slice(from, from + 3), next: from + 3 < 7 ? `?from=${from + 3}` : null };
    },
  ],
  'page number': [
    { pages: { by: 'number', parameter: 'page' } },
    ({ url }) => ORDERS.slice(3 * (at(url, 'page') - 1), 3 * at(url, 'page')),
  ],
  offset: [
    { pages: { by: 'number', parameter: 'offset', first: 0, step: 3 } },
    ({ url }) => ORDERS.slice(at(url, 'offset'), at(url, 'offset') + 3),
  ],
};

for (const [way, [options, respond]] of Object.entries(WAYS)) {
  t.test(`pages by ${way}, from any of which reading goes on`, async (t) => {
    const { origin, seen } = await service(t, respond);
    const asked = { url: `${origin}/orders?limit=3`, ...options };
    const whole = await read(asked);
    t.strictSame(whole.values, all);
    t.strictSame(whole.raws.at(-1), [7, 48, '{"n":6}'], 'as if they were lines of one file');
    const parameters = seen.map(({ url }) => url);
    t.equal(new Set(parameters).size, parameters.length, 'no page twice');
    t.equal(whole.positions.at(-1)?.position.last, true);
    for (const { position, before } of whole.positions) {
      const rest = await read({ ...asked, resume: position.state });
      t.strictSame(rest.values, all.slice(before));
      t.strictSame(rest.raws, whole.raws.slice(before));
      t.equal(rest.positions.at(-1)?.position.last, true);
    }
  });
}

t.test(
  'a service that falters is asked again; one that goes on failing stops the run, which goes on at that page',
  async (t) => {
    let isDown = true;
    const { origin } = await service(t, ({ url }, response, count) => {
      if (count === 1) return void response.writeHead(429, { 'retry-after': '0' }).end();
      if (count === 2) return void response.destroy();
      if (url.includes('page=2') && isDown) return void response.writeHead(500).end('on fire');
      return ORDERS.slice(3 * (at(url, 'page') - 1), 3 * at(url, 'page'));
    });
    const options = { url: origin, pages: { by: 'number', parameter: 'page' } };
    const states: unknown[] = [];
    const source = httpSource.source!(fillOptions(httpSource, { ...QUICK, ...options }), contextWith());
    const reading = (async () => {
      for await (const item of source.read(new CountedOutputs(new OperatorMeter('s'), 'revenue', () => {}))) {
        if (!(item instanceof Batch)) states.push(item.state);
      }
    })();
    await t.rejects(reading, {
      code: 'source_failed',
      message: /^page 2 of http:.* \(call_failed\): .* 500: on fire \(3 attempts\)$/,
    });
    await source.close?.();
    isDown = false;
    t.strictSame((await read({ ...options, resume: states.at(-1) })).values, all.slice(3));
  },
);

t.test('a page that leads astray is not followed', async (t) => {
  const { origin } = await service(t, ({ url }) => ({
    data: [],
    next: url === '/away' ? 'http://169.254.169.254/secrets' : url,
  }));
  const options = { records: 'data', pages: { by: 'url', at: 'next' } };
  await t.rejects(read({ url: `${origin}/away`, ...options }), {
    code: 'bad_page',
    message: /another service, http:\/\/169/,
  });
  await t.rejects(read({ url: `${origin}/round`, ...options }), { code: 'bad_page', message: /leads to itself/ });
  await t.rejects(read({ url: origin, pages: { by: 'cursor', at: 'next' } }), {
    code: 'bad_option',
    message: /`parameter`/,
  });
  await t.rejects(read({ url: origin, records: 'items' }), {
    code: 'source_failed',
    message: /expected a list at "items"/,
  });
});

t.test('what has not changed is not read again', async (t) => {
  const { origin, seen } = await service(t, ({ headers }, response) => {
    response.setHeader('etag', '"v1"');
    if (headers['if-none-match'] === '"v1"') return void response.writeHead(304).end();
    return ORDERS;
  });
  const first = await read({ url: origin });
  t.strictSame(first.values, all);
  const { etag } = first.positions.at(-1)!.position.state as { etag: string };
  const again = await read({ url: origin, ifNoneMatch: etag });
  t.strictSame(again.values, []);
  t.match(again.positions, [{ position: { last: true, state: { etag: '"v1"' } } }]);
  t.strictSame((await read({ url: origin, ifNoneMatch: '"v0"' })).values, all);
  t.equal(seen.length, 3);
});

t.test('what is no object is a dead letter; requests keep their distance', async (t) => {
  const times: number[] = [];
  const { origin } = await service(t, ({ url }) => {
    times.push(performance.now());
    return at(url, 'page') < 4 ? [{ n: 1 }, 'none'] : [];
  });
  const found = await read({ url: origin, requestsPerSecond: 50, pages: { by: 'number', parameter: 'page' } });
  t.strictSame(found.values, ['1', '1', '1']);
  t.strictSame(found.dead, [
    [2, 'not_an_object'],
    [4, 'not_an_object'],
    [6, 'not_an_object'],
  ]);
  t.ok(times.at(-1)! - times[0]! >= 55, 'four requests at fifty a second');
});

t.test('a page that is nested deeper than anybody means is refused', async (t) => {
  const nested = (depth: number) =>
    `[{"n":${'['.repeat(depth)}${']'.repeat(depth)}},{"n":{"a":${'{"b":'.repeat(depth)}1${'}'.repeat(depth)}}}]`;
  const { origin } = await service(t, ({ url }, response) => void response.end(nested(at(url, 'depth'))));
  t.equal((await read({ url: `${origin}?depth=900`, fields: ['n'] })).values.length, 2, 'less is read');
  for (const depth of [1000, 100_000]) {
    await t.rejects(read({ url: `${origin}?depth=${depth}`, fields: ['n'] }), {
      code: 'source_failed',
      message: /bad_answer\): in the answer \(status 200\) lists and objects are nested more than 1000 levels deep/,
    });
  }
});
