import fc from 'fast-check';
import t from 'tap';
import { resplit } from '../../engine/conformance/material.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { TokenBucket } from '../../operators/throttle/token-bucket.ts';
import { throttle } from '../../operators/throttle.ts';
import { batchOfRecords, Collected, contextWith, runThrough } from './in-memory.ts';

const batch = (length: number) => batchOfRecords(Array.from({ length }, (_, n) => ({ n })));

t.test('over any time no more pass than the rate and the burst allow', (t) => {
  const step = fc.record({ elapsed: fc.nat({ max: 3000 }), wanted: fc.nat({ max: 20 }) });
  const property = fc.property(
    fc.array(step),
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 20 }),
    (steps, perSecond, burst) => {
      let now = 1_000_000;
      const bucket = new TokenBucket({ perSecond, burst }, () => now);
      const taken: { at: number; tokens: number }[] = [];
      for (const { elapsed, wanted } of steps) {
        now += elapsed;
        const tokens = Math.min(wanted, bucket.available);
        bucket.take(tokens);
        taken.push({ at: now, tokens });
      }
      return taken.every(({ at: from }, i) =>
        taken.slice(i).every(({ at: to }, j) => {
          const sum = taken.slice(i, i + j + 1).reduce((total, { tokens }) => total + tokens, 0);
          return sum <= burst + (perSecond * (to - from)) / 1000 + 1e-3;
        }),
      );
    },
  );
  fc.assert(property);
  t.end();
});

t.test('a bucket fills again, up to its burst', (t) => {
  let now = 0;
  const bucket = new TokenBucket({ perSecond: 10, burst: 5 }, () => now);
  bucket.take(bucket.available);
  t.equal(bucket.available, 0);
  t.equal(bucket.waitFor(2), 200);
  now = 200;
  t.equal(bucket.available, 2);
  now = 60_000;
  t.equal(bucket.available, 5);
  bucket.take(5);
  now = 0;
  t.equal(bucket.available, 0, 'a clock that goes back gives nothing');
  bucket.waited(bucket.waitFor(1));
  t.equal(bucket.available, 1, 'who has waited gets its token');
  t.end();
});

t.test('a wait that the clock shows counts once', (t) => {
  let now = 0;
  const bucket = new TokenBucket({ perSecond: 10, burst: 5 }, () => now);
  bucket.take(5);
  const delay = bucket.waitFor(1);
  now = delay;
  bucket.waited(delay);
  t.equal(bucket.available, 1);
  t.end();
});

t.test('records wait, and none is lost', async (t) => {
  const started = performance.now();
  const options = { perSecond: 500, burst: 10 };
  const context = { ...contextWith(), now: () => performance.now() };
  const instance = throttle.create!(fillOptions(throttle, options), context);
  const out = new Collected();
  for (const each of resplit([batch(40)], 15)) await instance.process(each, out, 'main');
  const took = performance.now() - started;
  t.strictSame(
    out.records().map(({ n }) => n),
    Array.from({ length: 40 }, (_, n) => n),
  );
  t.ok(took >= 55, `30 records beyond the burst at 500 a second took ${took} ms`);
});

t.test('waiting ends when the run does', async (t) => {
  const abort = new AbortController();
  const context = { ...contextWith(), signal: abort.signal };
  const instance = throttle.create!(fillOptions(throttle, { perSecond: 0.001, burst: 1 }), context);
  const out = new Collected();
  const waiting = instance.process(batch(2), out, 'main');
  setImmediate(() => abort.abort());
  await t.rejects(async () => waiting, { name: 'AbortError' });
  t.equal(out.records().length, 1);
});

t.test('with drop the rest is counted, and a run that goes on starts with no new burst', async (t) => {
  const out = await runThrough(throttle, { perSecond: 1, burst: 3, onExcess: 'drop' }, resplit([batch(7)], 2));
  t.strictSame(
    out.records().map(({ n }) => n),
    [0, 1, 2],
  );
  t.strictSame(out.left, [
    { rows: [1], reason: 'throttled' },
    { rows: [0, 1], reason: 'throttled' },
    { rows: [0], reason: 'throttled' },
  ]);
});
