import { setTimeout as delay } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { batchOf } from '../../engine/conformance/material.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { bottleneck, type MetricsSample, OperatorMeter, type OperatorMetrics, shares } from '../../engine/metrics.ts';
import type { OperatorInstance } from '../../engine/operator.ts';
import { makePlan } from '../../engine/plan.ts';
import { type RunResult, run } from '../../engine/run.ts';
import { emptyCounts } from '../../engine/tally.ts';

const split = { fileId: 1, file: 'a.csv', part: 0 };

function metrics(id: string, busyMs: number, idleMs: number, backpressuredMs = 0): OperatorMetrics {
  return { ...new OperatorMeter(id).read(), busyMs, idleMs, backpressuredMs };
}

const sample = (...operators: OperatorMetrics[]): MetricsSample => ({ elapsedMs: 1000, operators });

t.test('shares sum to about a thousand milliseconds per second, also of a span', (t) => {
  t.strictSame(shares(metrics('a', 100, 300)), { busy: 250, idle: 750, backpressured: 0 });
  const later = metrics('a', 200, 350, 50);
  t.strictSame(shares(later, metrics('a', 100, 300)), { busy: 500, idle: 250, backpressured: 250 });
  t.strictSame(shares(metrics('a', 0, 0)), { busy: 0, idle: 1000, backpressured: 0 });
  t.end();
});

t.test('the bottleneck is named in a sentence', (t) => {
  const busy = metrics('sink', 830, 170);
  t.equal(
    bottleneck(sample(metrics('source', 100, 0, 900), busy)),
    'sink is busy 83 % of the time; everything upstream waits for it',
  );
  t.equal(
    bottleneck(sample(metrics('source', 900, 100), metrics('sink', 100, 900))),
    'source is busy 90 % of the time; everything downstream waits for it',
  );
  t.equal(bottleneck(sample(metrics('source', 0, 0))), '');
  t.equal(bottleneck(sample()), '');
  const before = sample(metrics('a', 1000, 0), metrics('b', 0, 1000));
  const after = sample(metrics('a', 1010, 90), metrics('b', 90, 1010));
  t.match(bottleneck(after, before), /^b is busy/, 'of the span, not of the whole run');
  const silent = { ...metrics('b', 90, 1010), batches: 4 };
  const then = sample(metrics('a', 1030, 120, 60), silent);
  t.match(bottleneck(then, sample(metrics('a', 1010, 90), silent)), /^b is busy 100 %/, 'it says nothing at all');
  t.end();
});

t.test('counts begin anew at each checkpoint and are kept for the whole run', (t) => {
  const meter = new OperatorMeter('a');
  meter.counts.in.records = 5;
  meter.counts.filtered.odd = { records: 2, amount: 7 };
  t.equal(meter.takeCounts().in.records, 5);
  t.strictSame(meter.counts, emptyCounts());
  meter.counts.in.records = 3;
  meter.counts.filtered.odd = { records: 1, amount: 1 };
  const { counts } = meter.read();
  t.equal(counts.in.records, 8);
  t.strictSame(counts.filtered.odd, { records: 3, amount: 8 });
  counts.in.records = 99;
  t.equal(meter.read().counts.in.records, 8, 'a sample is a copy');
  t.end();
});

t.test('batch latency is a mean that follows the recent batches', (t) => {
  const meter = new OperatorMeter('a');
  meter.batchTook(10);
  t.equal(meter.read().batchLatencyMs, 10);
  for (let i = 0; i < 50; i++) meter.batchTook(20);
  t.ok(Math.abs(meter.read().batchLatencyMs - 20) < 0.1);
  t.equal(meter.read().batches, 51);
  t.end();
});

/** Keeps the thread busy; gives how long that really was. */
function spin(ms: number): number {
  const from = performance.now();
  while (performance.now() < from + ms);
  return performance.now() - from;
}

/** Twenty batches through operators that each spend their time in a way of their own. */
async function runWith(ways: Record<string, OperatorInstance['process']>): Promise<RunResult> {
  const options = Type.Object({});
  const source = defineOperator({
    name: 'source',
    summary: 'source',
    options,
    source: () => ({
      async *read() {
        for (let n = 0; n < 20; n++) yield batchOf([{ n }], split, n + 1);
        yield { kind: 'position' as const, bytes: 20, state: null, last: true };
      },
    }),
  });
  const operators = Object.entries(ways).map(([name, process]) =>
    defineOperator({ name, summary: name, options, create: () => ({ process }) }),
  );
  const registry = new Map([source, ...operators].map((each) => [each.name, each]));
  return run({
    ...{ plan: makePlan([...registry.keys()], registry), registry, services: {}, split },
    sampleMs: 20,
  });
}

t.test('time is booked on whoever spends it', async (t) => {
  let spun = 0;
  const result = await runWith({
    light: (batch, out) => out.emit(batch),
    heavy: (batch, out) => {
      spun += spin(8);
      return out.emit(batch);
    },
    sink: (batch, out) => out.written({ inserted: { records: batch.length, amount: 0 } }),
  });
  const [source, light, heavy, sink] = result.metrics.operators;
  t.ok(
    heavy!.busyMs >= spun && heavy!.busyMs < 1.2 * spun,
    `heavy: ${heavy!.busyMs.toFixed()} of ${spun.toFixed()} ms`,
  );
  for (const other of [source!, light!, sink!]) {
    t.ok(other.busyMs < 0.25 * spun, `${other.id} was busy ${other.busyMs.toFixed()} ms`);
  }
  t.match(result.bottleneck, /^heavy is busy/);
  for (const each of result.metrics.operators) {
    const whole = each.busyMs + each.idleMs + each.backpressuredMs;
    t.ok(
      Math.abs(whole - result.metrics.elapsedMs) < 60,
      `${each.id}: ${whole.toFixed()} of ${result.metrics.elapsedMs.toFixed()} ms`,
    );
  }
});

t.test('a slow sink shows as backpressure upstream', async (t) => {
  const { metrics, timeline } = await runWith({
    light: (batch, out) => out.emit(batch),
    sink: async (batch, out) => {
      await delay(8);
      out.written({ inserted: { records: batch.length, amount: 0 } });
    },
  });
  const [source, light, sink] = metrics.operators.map((each) => shares(each));
  t.ok(sink!.busy > 700, `sink busy ${sink!.busy}`);
  t.ok(light!.backpressured > 500, `light backpressured ${light!.backpressured}`);
  t.ok(source!.backpressured > 500, `source backpressured ${source!.backpressured}`);
  t.ok(timeline.length >= 3, 'samples are taken on the way');
  t.equal(timeline.at(-1), metrics);
  const records = timeline.map((each) => each.operators[2]!.counts.in.records);
  t.strictSame(
    records,
    records.toSorted((a, b) => a - b),
    'counts only grow',
  );
});
