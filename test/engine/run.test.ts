import '../fixtures/garbage.ts';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { Batch, type FieldValues, syntheticProvenance } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { ledgerEntries, ledgerTotals } from '../../engine/ledger.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import { makePlan, type PlanEntry } from '../../engine/plan.ts';
import { type RunRequest, run } from '../../engine/run.ts';

const split = { fileId: 1, file: 'numbers.csv', part: 0 };

/** Counts from 1 to `records`, ten a batch, with a checkpoint after every 100. */
const numbers = defineOperator({
  name: 'numbers',
  summary: 'counts',
  options: Type.Object({ records: Type.Number({ default: 1000 }), resume: Type.Optional(Type.Number()) }),
  source: (options) => ({
    async *read() {
      for (let first = options.resume ?? 1; first <= options.records; first += 10) {
        yield batchOf(
          Array.from({ length: 10 }, (_, i) => ({ n: first + i, revenue: 10 * (first + i) })),
          first,
        );
        const done = first + 9;
        if (done % 100 === 0) {
          yield { kind: 'position', bytes: done, state: done + 1, last: done >= options.records };
        }
      }
    },
  }),
});

function batchOf(records: FieldValues[], firstLine: number): Batch {
  const provenance = syntheticProvenance(records.length, firstLine);
  const columns = new Map();
  const empty = new Batch({ split, sequence: firstLine, provenance, columns, length: records.length });
  return empty.withRecords(
    records,
    Int32Array.from(records, (_, i) => i),
  );
}

function collector(into: FieldValues[], delayMs = 0): Operator {
  return defineOperator({
    name: 'collect',
    summary: 'keeps what comes',
    options: Type.Object({}),
    create: () => ({
      async process(batch, out) {
        if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
        into.push(...batch.records);
        out.written({ inserted: { records: batch.length, amount: batch.sum('revenue') ?? 0 } });
      },
    }),
  });
}

const evens = defineOperator({
  name: 'evens',
  summary: 'keeps even numbers',
  options: Type.Object({}),
  filter: (record) => Number(record.n) % 2 === 0,
});

const picky = defineOperator({
  name: 'picky',
  summary: 'refuses sevens',
  options: Type.Object({}),
  map: (record) => {
    if (String(record.n).endsWith('7')) throw new Error('no sevens here');
    return { ...record, double: Number(record.n) * 2 };
  },
});

function requestFor(entries: PlanEntry[], operators: Operator[], more: Partial<RunRequest> = {}): RunRequest {
  const registry = new Map([numbers, evens, picky, ...operators].map((each) => [each.name, each]));
  return { plan: makePlan(entries, registry), registry, services: {}, split, ...more };
}

t.test('records flow through every operator in order, and the ledger balances in records and money', async (t) => {
  const got: FieldValues[] = [];
  const committed: Checkpoint[] = [];
  const request = requestFor(['numbers', 'evens', 'picky', 'collect'], [collector(got)], {
    onCommitted: (checkpoint) => committed.push(checkpoint),
  });
  const result = await run(request);
  t.strictSame(
    got.map((record) => record.n),
    Array.from({ length: 500 }, (_, i) => 2 * i + 2),
  );
  t.equal(got[3]!.double, 16);
  t.equal(committed.length, 10);
  const totals = ledgerTotals(committed.flatMap((each) => ledgerEntries(each.counts)));
  t.ok(totals.balanced);
  t.strictSame(totals.read, { records: 1000, amount: 5_005_000 });
  t.strictSame(totals.outcomes.filtered, { records: 500, amount: 2_500_000 });
  t.strictSame(totals.outcomes.inserted, { records: 500, amount: 2_505_000 });
  t.strictSame(
    result.metrics.operators.map((each) => each.counts.in.records),
    [0, 1000, 500, 500],
  );
});

t.test('a record that an operator fails on becomes a dead letter; the rest go on', async (t) => {
  const got: FieldValues[] = [];
  const committed: Checkpoint[] = [];
  await run(
    requestFor(['numbers', 'picky', 'collect'], [collector(got)], { onCommitted: (each) => committed.push(each) }),
  );
  t.equal(got.length, 900);
  const totals = ledgerTotals(committed.flatMap((each) => ledgerEntries(each.counts)));
  t.equal(totals.outcomes.dead_lettered.records, 100);
  t.ok(totals.balanced);
});

t.test('an operator that loses records fails the run', async (t) => {
  const leaky = defineOperator({
    name: 'leaky',
    summary: 'forgets a record',
    options: Type.Object({}),
    create: () => ({ process: (batch, out) => out.emit(batch.select(Int32Array.of(0))) }),
  });
  await t.rejects(run(requestFor(['numbers', 'leaky', 'collect'], [leaky, collector([])])), { code: 'records_lost' });
});

t.test('an error rejects the run with operator, file and line, and closes every operator', async (t) => {
  const closed: string[] = [];
  const broken = defineOperator({
    name: 'broken',
    summary: 'breaks at 50',
    options: Type.Object({}),
    create: () => ({
      process(batch, out) {
        if (Number(batch.records[0]!.n) > 50) throw new Error('the disk is on fire');
        return out.emit(batch);
      },
      close: () => void closed.push('broken'),
    }),
  });
  const error = await run(requestFor(['numbers', 'broken', 'collect'], [broken, collector([])])).catch((e) => e);
  t.match(error, { code: 'operator_failed', operator: 'broken', file: 'numbers.csv', line: 51 });
  t.match(error.message, /disk is on fire/);
  t.strictSame(closed, ['broken']);
});

t.test('an abort stops the run within a batch', async (t) => {
  const got: FieldValues[] = [];
  const abort = new AbortController();
  const running = run(
    requestFor([{ operator: 'numbers', options: { records: 1e6 } }, 'collect'], [collector(got, 5)], {
      signal: abort.signal,
    }),
  );
  setTimeout(() => abort.abort(), 50);
  await t.rejects(running, { name: 'AbortError' });
  const before = got.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(got.length - before <= 10, 'at most the batch at hand is finished');
});

t.test('a slow sink stops the source', async (t) => {
  let read = 0;
  const watched = defineOperator({
    name: 'watched',
    summary: 'counts what it passes',
    options: Type.Object({}),
    create: () => ({
      process(batch, out) {
        read += batch.length;
        return out.emit(batch);
      },
    }),
  });
  const got: FieldValues[] = [];
  let ahead = 0;
  const slow = defineOperator({
    name: 'slow',
    summary: 'takes its time',
    options: Type.Object({}),
    create: () => ({
      async process(batch, out) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        got.push(...batch.records);
        ahead = Math.max(ahead, read - got.length);
        out.written({ inserted: { records: batch.length, amount: batch.sum('revenue') ?? 0 } });
      },
    }),
  });
  const result = await run(
    requestFor([{ operator: 'numbers', options: { records: 3000 } }, 'watched', 'slow'], [watched, slow]),
  );
  t.equal(got.length, 3000);
  t.ok(ahead <= 150, `at most some batches are ahead of the sink, ${ahead} records were`);
  t.match(result.bottleneck, /^slow is busy \d+ % of the time; everything upstream waits for it$/);
});

t.test('goes on from a checkpoint', async (t) => {
  const got: FieldValues[] = [];
  const committed: Checkpoint[] = [];
  await run(
    requestFor(['numbers', 'collect'], [collector(got)], {
      resume: { number: 4, source: 501, states: {} },
      onCommitted: (each) => committed.push(each),
    }),
  );
  t.equal(got[0]!.n, 501);
  t.equal(committed[0]!.number, 5);
});

t.test('a plan names what is wrong with it', (t) => {
  t.throws(() => requestFor(['numbers', 'evns'], []), { code: 'unknown_operator', message: /did you mean "evens"/ });
  t.throws(() => requestFor(['evens'], []), { code: 'bad_plan' });
  t.throws(() => requestFor(['numbers', { operator: 'evens', options: { of: 1 } }], []), { code: 'bad_option' });
  t.end();
});
