import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import type { Batch } from '../../engine/batch.ts';
import { dictionaryColumn, identifierColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import type { OperatorInstance } from '../../engine/operator.ts';
import type { Folders } from '../../operators/csv-output/folders.ts';
import { csvSink } from '../../operators/csv-sink.ts';
import { batchOf, batchOfRecords, Collected, contextWith, runThrough, split } from './in-memory.ts';

type Test = { testdir(): string };

function foldersIn(t: Test): Folders {
  const home = t.testdir();
  return { home, processed: join(home, 'processed'), rejected: join(home, 'rejected') };
}

const numbers = (type: NumberColumn['type'], scale: number, ...values: number[]) =>
  new NumberColumn(type, Float64Array.from(values), scale);

t.test('writes every kind of column so that it can be read again', async (t) => {
  const folders = foldersIn(t);
  const columns = [
    ['price', numbers('decimal', 10_000, 125_000, -1, Number.NaN)],
    ['line', numbers('integer', 1, 1, -2, -0)],
    ['day', numbers('date', 1, 1_798_675_200, 0, Number.NaN)],
    ['sold_at', numbers('datetime', 1, 1_798_675_200 + 3661, 0, Number.NaN)],
    ['flag', numbers('boolean', 1, 1, 0, Number.NaN)],
    ['region', dictionaryColumn(['North', 'a,b', null])],
    ['order', identifierColumn(['ORD-007', null, 'x"y'])],
    ['note, or "remark"', new TextColumn(['two\nlines', ' padded ', ''])],
  ] as const;
  const batch = batchOf(columns, 3);
  const out = await runThrough(csvSink, {}, [batch], { folders });
  t.strictSame(out.batches, [batch], 'records pass on untouched');
  t.strictSame(readdirSync(folders.processed), ['test.enriched.csv']);
  t.equal(
    readFileSync(join(folders.processed, 'test.enriched.csv'), 'utf8'),
    [
      'price,line,day,sold_at,flag,region,order,"note, or ""remark"""',
      '12.5,1,2026-12-31,2026-12-31T01:01:01,true,North,ORD-007,"two\nlines"',
      '-0.0001,-2,1970-01-01,1970-01-01T00:00:00,false,"a,b",," padded "',
      ',0,,,,,"x""y",',
      '',
    ].join('\n'),
  );
});

t.test('any texts come back from csv-parse as they were', async (t) => {
  const folders = foldersIn(t);
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '\t', '=') });
  const property = fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1 }), async (rows) => {
    const columns = [
      ['a', new TextColumn(rows.map(([a]) => a))],
      ['b', dictionaryColumn(rows.map(([, b]) => b))],
    ] as const;
    await runThrough(csvSink, {}, [batchOf(columns, rows.length)], { folders });
    const written = readFileSync(join(folders.processed, 'test.enriched.csv'));
    const read = parse(written, { record_delimiter: '\n' }) as string[][];
    return JSON.stringify(read.slice(1)) === JSON.stringify(rows);
  });
  await t.resolves(fc.assert(property, { numRuns: 60 }));
});

t.test('names, folder and columns are as the plan says', async (t) => {
  const folders = foldersIn(t);
  const batches = [batchOfRecords([{ a: 1, b: 2, c: 3 }]), batchOfRecords([{ c: 6, a: 4 }])];
  const options = { folder: 'out/csv', name: '{file}-{id}-{what}.csv', columns: ['c', 'b'] };
  await runThrough(csvSink, options, batches, { folders });
  t.equal(readFileSync(join(folders.home, 'out/csv/test-1-enriched.csv'), 'utf8'), 'c,b\n3,2\n6,\n');
  await runThrough(csvSink, { name: '../../{file}.csv' }, batches, { folders });
  t.strictSame(readdirSync(folders.processed), ['.._.._test.csv'], 'a name does not lead out of its folder');
});

t.test('takes the records of another port', async (t) => {
  const folders = foldersIn(t);
  const main = batchOfRecords([{ a: 1 }]);
  const groups = batchOf([['lines', numbers('integer', 1, 7)]], 1, 'aggregate');
  const out = await runThrough(csvSink, { port: 'aggregate' }, [main, groups], { folders });
  t.strictSame(out.batches, [main, groups]);
  t.equal(readFileSync(join(folders.processed, 'test.aggregated.csv'), 'utf8'), 'lines\n7\n');
});

t.test('the file appears under its name only when it is whole', async (t) => {
  const folders = foldersIn(t);
  const out = new Collected();
  const sink = csvSink.create!(fillOptions(csvSink, {}), contextWith({ folders }));
  await sink.process(batchOfRecords([{ a: 1 }]), out, 'main');
  t.strictSame(readdirSync(folders.processed), ['.test.enriched.csv.part']);
  await sink.flush?.(out);
  await sink.close?.();
  t.strictSame(readdirSync(folders.processed), ['test.enriched.csv']);
});

t.test('without records there is no file', async (t) => {
  const folders = foldersIn(t);
  await runThrough(csvSink, {}, [], { folders });
  t.notOk(existsSync(folders.processed));
});

t.test('replaces the file of an earlier load', async (t) => {
  const folders = foldersIn(t);
  for (const a of [1, 2]) await runThrough(csvSink, {}, [batchOfRecords([{ a }])], { folders });
  t.equal(readFileSync(join(folders.processed, 'test.enriched.csv'), 'utf8'), 'a\n2\n');
});

/** What a run that was interrupted at some point and resumed from its checkpoint leaves behind. */
async function interrupted(
  folders: Folders,
  { finished, tamper }: { finished?: boolean; tamper?: (part: string) => void },
): Promise<string> {
  const create = (): OperatorInstance => csvSink.create!(fillOptions(csvSink, {}), contextWith({ folders }));
  const batches: Batch[] = [1, 2, 3].map((a) => batchOfRecords([{ a, text: `t${a}` }]));
  const out = new Collected();
  const first = create();
  await first.process(batches[0]!, out, 'main');
  await first.checkpoint?.(out);
  const state = JSON.parse(JSON.stringify(first.snapshot?.()));
  await first.process(batches[1]!, out, 'main');
  if (finished) {
    await first.process(batches[2]!, out, 'main');
    await first.flush?.(out);
  }
  await first.close?.();
  tamper?.(join(folders.processed, '.test.enriched.csv.part'));
  const second = create();
  second.restore?.(state);
  try {
    for (const batch of batches.slice(1)) await second.process(batch, out, 'main');
    await second.flush?.(out);
  } finally {
    await second.close?.();
  }
  return readFileSync(join(folders.processed, 'test.enriched.csv'), 'utf8');
}

t.test('after a crash it goes on where the checkpoint was', async (t) => {
  const whole = 'a,text\n1,t1\n2,t2\n3,t3\n';
  t.equal(await interrupted(foldersIn(t), {}), whole);
  t.equal(await interrupted(foldersIn(t), { finished: true }), whole, 'also when the file had its name already');
});

t.test('it does not go on with a file that is no longer what it was', async (t) => {
  const tamper = (part: string) => writeFileSync(part, 'b,text\n1,t1\n2,t2\n');
  await t.rejects(interrupted(foldersIn(t), { tamper }), { code: 'output_changed' });
  await t.rejects(interrupted(foldersIn(t), { tamper: (part) => writeFileSync(part, '') }), { code: 'output_changed' });
});

t.test('parts of one file are written apart', async (t) => {
  const folders = foldersIn(t);
  const context = { ...contextWith({ folders }), split: { ...split, part: 2 } };
  const sink = csvSink.create!(fillOptions(csvSink, {}), context);
  await sink.process(batchOfRecords([{ a: 1 }]), new Collected(), 'main');
  await sink.flush?.(new Collected());
  await sink.close?.();
  t.strictSame(readdirSync(folders.processed), ['test-1-2.enriched.csv']);
});
