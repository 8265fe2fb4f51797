import { setTimeout as delay } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import t from 'tap';
import { type FieldValues, MAIN } from '../../../engine/batch.ts';
import { batchOf, resplit } from '../../../engine/conformance/material.ts';
import { conformance } from '../../../engine/conformance.ts';
import { defineOperator } from '../../../engine/define-operator.ts';
import type { Operator } from '../../../engine/operator.ts';
import {
  type AsyncRecordFunction,
  type AsyncRecordsOptions,
  asyncRecords,
} from '../../../operators/async-map/async-records.ts';
import { CallError } from '../../../operators/async-map/call-error.ts';
import { Collected, contextWith, runThrough, split } from '../in-memory.ts';

function operator(fn: AsyncRecordFunction, options: AsyncRecordsOptions = {}): Operator {
  return defineOperator({
    name: 'asked',
    summary: 'asks a function',
    options: Type.Object({}),
    reasons: { refused: 'The function said no.' },
    create: (_, context) => asyncRecords(fn, options, context),
  });
}

const records = (length: number) => Array.from({ length }, (_, n) => ({ n, revenue: 100 * n }));
const batches = (length: number, size: number) => resplit([batchOf(records(length), split)], size);
const linesOf = ({ batches: emitted }: Collected) => emitted.flatMap(({ provenance }) => [...provenance.lines]);

/** Fails for good, leaves out or doubles a number, as it is divisible. */
const judged: AsyncRecordFunction = async (record) => {
  const n = Number(record.n);
  await delay(n % 7 === 0 ? 3 : 0);
  if (n % 5 === 4) throw new CallError('refused', `not ${n}`, { isPassing: false });
  return n % 5 === 3 ? null : { ...record, double: 2 * n };
};

t.test('a function keeps the contract as an operator', async (t) => {
  const report = await conformance(operator(judged, { concurrency: 3 }), { records: records(30) });
  for (const check of report.checks) t.ok(check.passed, check.name, { detail: check.detail });
});

t.test(
  'whatever the times and the batches: nothing is lost, nothing doubled, and order holds where it should',
  async (t) => {
    const property = fc.asyncProperty(
      fc.array(fc.nat({ max: 3 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      async (times, size, concurrency, ordered) => {
        const fn: AsyncRecordFunction = async (record) => {
          const time = times[Number(record.n)]!;
          for (let turn = 0; turn < time; turn++) await delay(0);
          if (time === 2) throw new CallError('refused', 'no', { isPassing: false });
          return time === 3 ? null : { n: record.n! };
        };
        const out = await runThrough(operator(fn, { concurrency, ordered }), {}, batches(times.length, size));
        const kept = out.records().map(({ n }) => Number(n));
        const expected = [...times.keys()].filter((n) => times[n]! < 2);
        const isSorted = kept.every((n, i) => i === 0 || kept[i - 1]! < n);
        return (
          JSON.stringify(kept.toSorted((a, b) => a - b)) === JSON.stringify(expected) &&
          (!ordered || isSorted) &&
          linesOf(out).every((line, i) => line === kept[i]! + 1) &&
          out.dead.length === times.filter((time) => time === 2).length &&
          out.left.flatMap(({ rows }) => rows).length === times.filter((time) => time === 3).length
        );
      },
    );
    await t.resolves(fc.assert(property, { numRuns: 60 }));
  },
);

t.test('small batches do not wait for each other, and never more is held than may be under way', async (t) => {
  let running = 0;
  let busiest = 0;
  let begun = 0;
  const fn: AsyncRecordFunction = async (record) => {
    begun++;
    busiest = Math.max(busiest, ++running);
    await delay(2);
    running--;
    return record;
  };
  const out = new Collected();
  const instance = operator(fn, { concurrency: 4 }).create!({}, contextWith());
  let held = 0;
  for (const batch of batches(40, 1)) {
    await instance.process(batch, out, MAIN);
    held = Math.max(held, begun - out.records().length);
  }
  t.equal(busiest, 4);
  t.ok(held > 1 && held <= 5, `${held} records were held`);
  await instance.checkpoint?.(out);
  t.equal(out.records().length, 40, 'a checkpoint waits for all');
  await instance.close?.();
});

t.test('a large batch is asked about while the last answers of the one before are awaited', async (t) => {
  const done: number[] = [];
  const slow = Promise.withResolvers<void>();
  const fn: AsyncRecordFunction = async (record) => {
    if (record.n === 9) await slow.promise;
    else done.push(Number(record.n));
    return record;
  };
  const out = new Collected();
  const instance = operator(fn, { concurrency: 2 }).create!({}, contextWith());
  const [first, second] = batches(20, 10);
  await instance.process(first!, out, MAIN);
  const next = instance.process(second!, out, MAIN);
  await delay(5);
  t.ok(done.length > 10, 'records of the second batch were asked about');
  t.equal(out.records().length, 0, 'and none passed those before it');
  slow.resolve();
  await next;
  await instance.checkpoint?.(out);
  t.strictSame(
    out.records().map(({ n }) => n),
    records(20).map(({ n }) => n),
  );
  await instance.close?.();
});

t.test('backpressure: while nobody takes what is done, nothing more is begun', async (t) => {
  let begun = 0;
  const fn: AsyncRecordFunction = async (record) => {
    begun++;
    return record;
  };
  const room = Promise.withResolvers<void>();
  const out = new Collected();
  const slow = Object.assign(out, { emit: () => room.promise });
  const instance = operator(fn, { concurrency: 2 }).create!({}, contextWith());
  const running = (async () => {
    for (const batch of batches(60, 5)) await instance.process(batch, slow, MAIN);
  })();
  await delay(10);
  t.ok(begun <= 15, `${begun} of 60 were begun`);
  room.resolve();
  await running;
  await instance.close?.();
  t.equal(begun, 60);
});

t.test('what went wrong is told of each record, and the run goes on', async (t) => {
  const fn: AsyncRecordFunction = async (record): Promise<FieldValues> => {
    if (record.n === 1) throw new Error('broken');
    return record;
  };
  const retry = { attempts: 2, firstDelayMs: 0 };
  const out = await runThrough(operator(fn, { retry }), {}, batches(3, 3));
  t.strictSame(
    out.records().map(({ n }) => n),
    [0, 2],
  );
  t.strictSame(out.dead, [{ row: 1, faults: [{ code: 'call_failed', message: 'broken (2 attempts)' }] }]);
});
