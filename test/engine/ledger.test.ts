import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import t from 'tap';
import type { Batch } from '../../engine/batch.ts';
import { batchOf } from '../../engine/conformance/material.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { handled, type LedgerEntry, ledgerEntries, ledgerTotals } from '../../engine/ledger.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import { makePlan } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import { emptyCounts } from '../../engine/tally.ts';

const split = { fileId: 1, file: 'a.csv', part: 0 };
const options = Type.Object({});
const rows = (batch: Batch, keep: (row: number) => boolean) =>
  Int32Array.from({ length: batch.length }, (_, row) => row).filter(keep);

/** Ways for an operator to treat its records. Which records it is, it finds in their line. */
const WAYS: Record<string, Pick<Operator, 'create' | 'conserves'>> = {
  pass: { create: () => ({ process: (batch, out) => out.emit(batch) }) },
  filter: {
    create: () => ({
      process(batch, out) {
        const left = rows(batch, (row) => batch.provenance.lines[row]! % 3 === 0);
        out.filtered(batch, left, 'thirds');
        return out.emit(batch.select(rows(batch, (row) => !left.includes(row))));
      },
    }),
  },
  reject: {
    create: () => ({
      process(batch, out) {
        const bad = rows(batch, (row) => batch.provenance.lines[row]! % 5 === 0);
        for (const row of bad) out.deadLetter(batch, row, [{ code: 'fifths', message: 'no' }]);
        return out.emit(batch.select(rows(batch, (row) => !bad.includes(row))));
      },
    }),
  },
  late: {
    create: () => ({
      process(batch, out) {
        const late = rows(batch, (row) => batch.provenance.lines[row]! % 7 === 0);
        out.late(batch, late);
        return out.emit(batch.select(rows(batch, (row) => !late.includes(row))));
      },
    }),
  },
  derive: {
    create: () => ({
      process: (batch, out) =>
        out.emit(
          batch.withRecords(
            batch.records.map((record) => ({ ...record, revenue: Number(record.n) * 10 })),
            rows(batch, () => true),
          ),
        ),
    }),
  },
  double: {
    conserves: false,
    create: () => ({
      async process(batch, out) {
        await out.emit(batch);
        await out.emit(batch.select(rows(batch, (row) => row % 2 === 0)));
      },
    }),
  },
};

const operators = Object.entries(WAYS).map(([name, way]): Operator => ({ name, summary: name, options, ...way }));

const sink = defineOperator({
  name: 'sink',
  summary: 'sink',
  options,
  create: () => ({
    process(batch, out) {
      const half = rows(batch, (row) => row % 2 === 0);
      const amount = batch.sum('revenue') ?? 0;
      const inserted = { records: half.length, amount: batch.sum('revenue', half) ?? 0 };
      out.written({ inserted, updated: { records: batch.length - half.length, amount: amount - inserted.amount } });
    },
  }),
});

const source = defineOperator({
  name: 'source',
  summary: 'source',
  options: Type.Object({ priced: Type.Boolean({ default: true }) }),
  source: ({ priced }) => ({
    async *read() {
      for (let n = 0; n < 5; n++) {
        const records = Array.from({ length: 7 }, (_, i) => ({ n: 7 * n + i, ...(priced && { revenue: n - i }) }));
        yield batchOf(records, split, 7 * n + 1);
        if (n % 2 === 0) yield { kind: 'position', bytes: n, state: n, last: n === 4 };
      }
    },
  }),
});

const registry = new Map([source, sink, ...operators].map((each) => [each.name, each]));

async function ledgerOf(names: readonly string[], priced: boolean): Promise<LedgerEntry[]> {
  const committed: Checkpoint[] = [];
  const plan = makePlan([{ operator: 'source', options: { priced } }, ...names, 'sink'], registry);
  await run({ plan, registry, services: {}, split, onCommitted: (each) => committed.push(each) });
  return committed.flatMap(({ counts }) => ledgerEntries(counts));
}

t.test('the ledger of any plan balances in records and in money', async (t) => {
  const names = fc.array(fc.constantFrom(...Object.keys(WAYS)), { maxLength: 5 });
  const property = fc.asyncProperty(names, fc.boolean(), async (plan, priced) => {
    const totals = ledgerTotals(await ledgerOf(plan, priced));
    return totals.balanced && totals.read.records === 35;
  });
  await t.resolves(fc.assert(property, { numRuns: 60 }));
});

t.test('money that is first read on the way counts as read where it is read', async (t) => {
  const entries = await ledgerOf(['filter', 'derive'], false);
  const { read, adjusted, outcomes } = ledgerTotals(entries);
  t.strictSame(adjusted, { records: 0, amount: 0 });
  t.equal(read.amount, outcomes.inserted.amount + outcomes.updated.amount);
  t.ok(entries.some(({ operator, outcome, amount }) => operator === 'derive' && outcome === 'read' && amount > 0));
});

t.test('money that an operator changes is adjusted, under its name', async (t) => {
  const entries = await ledgerOf(['derive'], true);
  const adjusted = entries.filter(({ outcome }) => outcome === 'adjusted');
  t.ok(adjusted.length > 0 && adjusted.every(({ operator, records }) => operator === 'derive' && records === 0));
});

t.test('a ledger from which a line is missing does not balance', async (t) => {
  const entries = await ledgerOf(['filter', 'reject', 'double', 'late'], true);
  for (const [i, { records, amount }] of entries.entries()) {
    if (records !== 0 || amount !== 0) t.notOk(ledgerTotals(entries.toSpliced(i, 1)).balanced);
  }
});

t.test('what was handled is all that was not written', (t) => {
  const counts = emptyCounts();
  counts.out = { records: 5, amount: 50 };
  counts.late = { records: 1, amount: 1 };
  counts.filtered = { a: { records: 2, amount: 2 }, b: { records: 3, amount: 3 } };
  counts.deadLettered = { c: { records: 4, amount: 4 } };
  counts.written = { inserted: { records: 100, amount: 100 } };
  t.strictSame(handled(counts), { records: 15, amount: 60 });
  t.strictSame(ledgerEntries({ a: emptyCounts() }), []);
  t.end();
});
