import fc from 'fast-check';
import t from 'tap';
import { dictionaryColumn, identifierColumn, TextColumn } from '../../engine/column.ts';
import { resplit } from '../../engine/conformance/material.ts';
import { sample } from '../../operators/sample.ts';
import { batchOf, batchOfRecords, runThrough } from './in-memory.ts';

const numbers = (length: number) => batchOfRecords(Array.from({ length }, (_, n) => ({ n })));

t.test('every n-th record, wherever batches begin; the others are counted', async (t) => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 12 }),
    async (length, every, size) => {
      const out = await runThrough(sample, { every }, resplit([numbers(length)], size));
      const kept = out.records().map(({ n }) => Number(n));
      const left = out.left.flatMap(({ rows }) => rows).length;
      return (
        kept.every((n, i) => n === i * every) &&
        kept.length === Math.ceil(length / every) &&
        kept.length + left === length
      );
    },
  );
  await t.resolves(fc.assert(property));
});

t.test('a fraction is the part that was asked for, and the same each time', async (t) => {
  const chosen = async (fraction: number, size: number) => {
    const out = await runThrough(sample, { fraction }, resplit([numbers(20_000)], size));
    return out.records().map(({ n }) => Number(n));
  };
  const tenth = await chosen(0.1, 5000);
  t.ok(Math.abs(tenth.length - 2000) < 200, `${tenth.length} of 20,000`);
  t.strictSame(await chosen(0.1, 777), tenth);
  const third = new Set(await chosen(0.3, 5000));
  t.ok(
    tenth.every((n) => third.has(n)),
    'a larger part holds the smaller one',
  );
  t.equal((await chosen(0, 5000)).length, 0);
  t.equal((await chosen(1, 5000)).length, 20_000);
});

t.test('records with the same key stay together, however their column is held', async (t) => {
  const orders = Array.from({ length: 300 }, (_, row) => `ORD-${row % 60}`);
  const chosen = await Promise.all(
    [new TextColumn(orders), dictionaryColumn(orders), identifierColumn(orders)].map(async (column) => {
      const rest = new TextColumn(orders.map((_, row) => String(row)));
      const batch = batchOf(
        [
          ['order_id', column],
          ['rest', rest],
        ],
        300,
      );
      const out = await runThrough(sample, { fraction: 0.5, by: ['order_id'] }, [batch]);
      return out.records().map(({ rest: row }) => Number(row));
    }),
  );
  const kept = new Set(chosen[0]!.map((row) => row % 60));
  t.ok(kept.size > 10 && kept.size < 50);
  t.equal(chosen[0]!.length, kept.size * 5);
  t.strictSame(chosen[1], chosen[0]);
  t.strictSame(chosen[2], chosen[0]);
});

t.test('what makes no sense is refused', async (t) => {
  for (const options of [{}, { every: 2, fraction: 0.5 }, { every: 2, by: ['n'] }, { fraction: 2 }]) {
    await t.rejects(runThrough(sample, options, []), { code: 'bad_option' });
  }
  await t.rejects(runThrough(sample, { fraction: 0.5, by: ['m'] }, [numbers(1)]), { code: 'unknown_field' });
});
