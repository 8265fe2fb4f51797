import { deepStrictEqual } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import t from 'tap';
import type { Batch } from '../../engine/batch.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { sort } from '../../operators/sort.ts';
import { scratchOf } from '../../operators/spill/scratch.ts';
import { salesBatches } from './conformance-material.ts';
import { batchOfRecords, contextWith, runThrough, split } from './in-memory.ts';
import { batchOfRows, cuts, Fates, played, query, stream, told, UNCUT } from './streams.ts';

const dir = mkdtempSync(join(tmpdir(), 'tillstream-sort-'));
t.teardown(() => rmSync(dir, { recursive: true }));
const services = (home = mkdtempSync(join(dir, 'home-'))) => ({ folders: { home, processed: home, rejected: home } });
const scratch = (home: string) => scratchOf(home, split);
const filesIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.jsonl'))
    : [];

const key = fc.record({
  field: fc.constantFrom('t', 'k', 'v'),
  order: fc.constantFrom('asc' as const, 'desc' as const),
  missing: fc.constantFrom('first' as const, 'last' as const),
});
const keys = fc.uniqueArray(key, { selector: ({ field }) => field, minLength: 1, maxLength: 3 });
/** So little that every few records, or each, are written to a file. */
const memory = fc.constantFrom(0.000_01, 0.001, 0.004, 64);

t.test('records come in the order that SQL gives them, whatever is spilled, batched and restarted', async () => {
  const home = services();
  await fc.assert(
    fc.asyncProperty(stream(80), cuts, keys, memory, async (rows, cut, by, memoryMiB) => {
      const out = await played(sort, { by, memoryMiB }, [{ batch: batchOfRows(rows), cuts: cut }], home);
      const order = by.map(({ field, order, missing }) => `${field} ${order} NULLS ${missing}`).join(', ');
      const found = query({ r: rows }, `SELECT seq, t, k, v FROM r ORDER BY ${order}, seq`);
      deepStrictEqual(
        out.lines,
        found.map(({ seq }) => seq),
      );
      deepStrictEqual(
        out.records(),
        found.map(({ t: time, k, v }) => ({ t: time, k, v })),
      );
      deepStrictEqual(filesIn(scratch(home.folders.home)), [], 'nothing is left behind');
    }),
    { numRuns: Number(process.env.SORT_RUNS ?? 30) },
  );
});

t.test('texts of any kind are in the order that DuckDB and SQLite give them', async (t) => {
  const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 4 }), { numRuns: 300, seed: 1 });
  const known = ['é', 'z', 'Z', '', '\u{1F600}', '\uFFFD', 'a\u0000b', 'straße', 'strasse', ...texts];
  const out = await runThrough(sort, { by: [{ field: 'name' }] }, [batchOfRecords(known.map((name) => ({ name })))]);
  const connection = await (await DuckDBInstance.create()).connect();
  const values = known.filter((name) => !name.includes('\u0000'));
  await connection.run('CREATE TABLE names (n INTEGER, name VARCHAR)');
  const appender = await connection.createAppender('names');
  values.forEach((name, n) => {
    appender.appendInteger(n);
    appender.appendVarchar(name);
    appender.endRow();
  });
  appender.closeSync();
  const reader = await connection.runAndReadAll('SELECT name FROM names ORDER BY name, n');
  const sorted = out.records().map(({ name }) => String(name));
  t.strictSame(
    sorted.filter((name) => !name.includes('\u0000')),
    reader.getRows().map(([name]) => name),
  );
  connection.closeSync();
  const bytes = [...known].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  t.strictSame(sorted, bytes);
});

const many = Array.from({ length: 300 }, (_, i) => ({ t: (i * 37) % 100, k: `K${i % 7}`, v: i }));
const small = { by: [{ field: 't' }], memoryMiB: 0.000_01 };

t.test('more files than are merged at a time are merged in steps, and stay stable', async (t) => {
  const home = services();
  const out = await played(sort, small, [{ batch: batchOfRows(many), cuts: UNCUT }], home);
  t.strictSame(
    out.lines,
    query({ r: many }, 'SELECT seq FROM r ORDER BY t, seq').map(({ seq }) => seq),
  );
  t.strictSame(filesIn(scratch(home.folders.home)), []);
});

t.test('records keep their types and texts', async (t) => {
  const [sales] = salesBatches();
  const out = await runThrough(sort, { by: [{ field: 'store_id' }], memoryMiB: 0.001 }, [sales!], services());
  const described = (batch: Batch) =>
    [...batch.columns].map(([name, column]) => [
      name,
      column.kind,
      column.kind === 'number' && [column.type, column.scale],
    ]);
  t.strictSame(described(out.batches[0]!), described(sales!));
  const raw = (batch: Batch) =>
    Array.from(
      batch.provenance.lines,
      (line, row) => `${line} ${batch.provenance.offsetOf(row)} ${batch.provenance.raw(row)}`,
    );
  t.strictSame(out.batches.flatMap(raw).sort(), raw(sales!).sort());
});

/** A sort that has taken some records and seen a checkpoint. */
async function interrupted(home: string) {
  const instance = sort.create!(fillOptions(sort, small), contextWith(services(home)));
  const out = new Fates();
  await instance.process(batchOfRows(many.slice(0, 100)), out, 'main');
  await instance.checkpoint?.(out);
  const state = JSON.parse(JSON.stringify(instance.snapshot?.()));
  return { instance, out, state };
}

t.test('an interrupted sort leaves what its checkpoint names, and only that', async (t) => {
  const { folders } = services();
  const { instance, out, state } = await interrupted(folders.home);
  const named = filesIn(scratch(folders.home)).length;
  t.equal(named, 100);
  await instance.process(batchOfRows(many.slice(100, 120)), out, 'main');
  t.equal(filesIn(scratch(folders.home)).length, 120);
  await instance.close?.();
  t.equal(filesIn(scratch(folders.home)).length, named);

  const again = sort.create!(fillOptions(sort, small), contextWith(services(folders.home)));
  again.restore?.(state);
  await again.process(batchOfRows(many.slice(100)), out, 'main');
  await again.flush?.(out);
  await again.close?.();
  t.equal(out.records().length, 300);
  t.strictSame(
    out.records().map(({ t: time }) => time),
    many.map(({ t: time }) => time).sort((a, b) => a - b),
  );
  t.strictSame(filesIn(scratch(folders.home)), []);
});

t.test('a sort that starts over does not meet the files of the attempt before', async (t) => {
  const { folders } = services();
  await interrupted(folders.home);
  const out = await played(sort, small, [{ batch: batchOfRows(many), cuts: UNCUT }], { folders });
  t.equal(out.records().length, 300);
  t.strictSame(filesIn(scratch(folders.home)), []);
});

t.test('files that are gone or were changed are found out', async (t) => {
  const { folders } = services();
  const { instance, state } = await interrupted(folders.home);
  await instance.close?.();
  const begin = () => sort.create!(fillOptions(sort, small), contextWith(services(folders.home)));
  const path = join(scratch(folders.home), 'under-test', state.sorter.runs[3].name);
  writeFileSync(path, 'x'.repeat(state.sorter.runs[3].sizeBytes - 1).concat('\n'));
  const changed = begin();
  changed.restore?.(state);
  await t.rejects(async () => changed.flush?.(new Fates()), { code: 'scratch_lost' });
  rmSync(path);
  t.throws(() => begin().restore?.(state), { code: 'scratch_lost', message: /from its beginning/ });
});

t.test(
  'without a home the files are in a temporary folder, which goes at the end, also of one that was broken off',
  async (t) => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('tillstream-scratch-'));
    const instance = sort.create!(fillOptions(sort, small), contextWith());
    await instance.process(batchOfRows(many), new Fates(), 'main');
    t.equal(readdirSync(tmpdir()).filter((name) => name.startsWith('tillstream-scratch-')).length, before.length + 1);
    await instance.close?.();
    t.strictSame(
      readdirSync(tmpdir()).filter((name) => name.startsWith('tillstream-scratch-')),
      before,
    );
  },
);

t.test('memory does not grow with the number of records', async (t) => {
  const home = services();
  const instance = sort.create!(fillOptions(sort, { by: [{ field: 'v' }], memoryMiB: 1 }), contextWith(home));
  const rows = Array.from({ length: 4000 }, (_, i) => ({ t: i, k: 'K'.repeat(50), v: -i }));
  const out = new Fates();
  for (let i = 0; i < 20; i++) await instance.process(batchOfRows(rows), out, 'main');
  await instance.checkpoint?.(out);
  const state = instance.snapshot?.() as { sorter: { entries: unknown[]; runs: unknown[] } };
  t.ok(state.sorter.runs.length > 10, 'most has been written to files');
  t.ok(JSON.stringify(state).length < 300_000, 'and the snapshot is small');
  let [last, count] = [Number.NEGATIVE_INFINITY, 0];
  out.emit = (batch) => {
    for (const { v } of batch.records) {
      if (Number(v) < last) t.fail('out of order');
      last = Number(v);
      count++;
    }
  };
  await instance.flush?.(out);
  await instance.close?.();
  t.equal(count, 80_000);
});

t.test('the same records in the same order give the same, and a field that is not there is said', async (t) => {
  const run = () => played(sort, small, [{ batch: batchOfRows(many), cuts: UNCUT }], services());
  t.strictSame(told(await run()), told(await run()));
  await t.rejects(runThrough(sort, { by: [{ field: 'tt' }] }, [batchOfRows(many)]), { code: 'unknown_field' });
});
