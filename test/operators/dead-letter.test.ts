import { isUtf8 } from 'node:buffer';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import { Batch, DEAD_LETTER, MAIN, Provenance, type Split } from '../../engine/batch.ts';
import { BytesColumn, type Column } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { OperatorMeter } from '../../engine/metrics.ts';
import type { Fault } from '../../engine/operator.ts';
import { CountedOutputs } from '../../engine/outputs.ts';
import type { Folders } from '../../operators/csv-output/folders.ts';
import { escapedText, unescapedBytes } from '../../operators/dead-letter/escaped-text.ts';
import { deadLetter } from '../../operators/dead-letter.ts';
import { batchOfRecords, Collected, contextWith, runThrough, split } from './in-memory.ts';

const HEADER = ['id', 'name', 'price'];
const NOT_A_NUMBER: Fault = { code: 'not_a_number', field: 'price', message: 'price: expected a number, got "x"' };

function foldersIn(t: { testdir(): string }): Folders {
  const home = t.testdir();
  return { home, processed: join(home, 'processed'), rejected: join(home, 'rejected') };
}

/** Dead letters as an operator of the engine sends them: one for each raw record, from line 2 on. */
async function letters(
  raws: readonly (string | Buffer)[],
  faults: readonly [Fault, ...Fault[]] = [NOT_A_NUMBER],
  of: Split = split,
) {
  const parts = raws.map((raw) => Buffer.from(raw as string));
  const ends = Int32Array.from(parts, (_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
  const starts = Int32Array.from(parts, (part, i) => ends[i]! - part.length);
  const bytes = Buffer.concat(parts);
  const { length } = raws;
  const lines = Int32Array.from({ length }, (_, i) => i + 2);
  const provenance = new Provenance(lines, Float64Array.from(starts), bytes, starts, ends);
  const columns = new Map<string, Column>([['id', new BytesColumn(bytes, starts, ends, 1, 0, length)]]);
  const source = new Batch({ split: of, sequence: 0, provenance, columns, length });
  const sent: Batch[] = [];
  const out = new CountedOutputs(new OperatorMeter('validate'), 'revenue', (batch) => void sent.push(batch));
  for (let row = 0; row < length; row++) out.deadLetter(source, row, faults);
  await out.sendLetters();
  return sent;
}

const options = { columns: HEADER };

function written({ rejected }: Folders, name = 'test.rejected-1.csv'): string {
  return readFileSync(join(rejected, name), 'utf8');
}

/** The rejected CSV as records by name, the byte order mark left out. */
function records(text: string, dialect: object = {}): Record<string, string>[] {
  return parse(text, { bom: true, columns: true, ...dialect });
}

t.test('a row that can be read stands byte by byte in its own columns, with what is wrong behind', async (t) => {
  const folders = foldersIn(t);
  const raws = ['1,Pen,x', '2,"Cup, large",x', '3,=SUM(A1),x', '4," ""q"" ",x'];
  const out = await runThrough(deadLetter, options, [batchOfRecords([{ a: 1 }]), ...(await letters(raws))], {
    folders,
  });
  t.strictSame(
    out.batches.map((batch) => [batch.port, batch.length]),
    [
      [MAIN, 1],
      [DEAD_LETTER, 4],
    ],
  );
  const text = written(folders);
  t.equal(
    text.split('\n')[0],
    '\uFEFFid,name,price,tillstream_reason,tillstream_message,tillstream_line,tillstream_raw',
  );
  t.ok(raws.every((raw, i) => text.split('\n')[i + 1]!.startsWith(`${raw},not_a_number,`)));
  t.strictSame(records(text)[1], {
    id: '2',
    name: 'Cup, large',
    price: 'x',
    tillstream_reason: 'not_a_number',
    tillstream_message: 'price: expected a number, got "x"',
    tillstream_line: '3',
    tillstream_raw: '',
  });
});

t.test('all faults of a row are told', async (t) => {
  const folders = foldersIn(t);
  const faults = [NOT_A_NUMBER, { code: 'missing_value', field: 'id', message: 'id: expected a value, got none' }];
  await runThrough(deadLetter, options, await letters([',Pen,x'], faults as [Fault, ...Fault[]]), { folders });
  const [record] = records(written(folders));
  t.equal(record!.tillstream_reason, 'not_a_number');
  t.equal(record!.tillstream_message, 'price: expected a number, got "x"; id: expected a value, got none');
});

t.test('a row that can not be read as the columns stands whole in tillstream_raw', async (t) => {
  const folders = foldersIn(t);
  const raws = ['1,Pen', '1,2,3,4', '1,"Pen,x', '1,Pe"n",x', '1,"two\nlines",x,y', 'a\rb', '1,2,3\n', '1,2,3\r'];
  await runThrough(deadLetter, options, await letters(raws), { folders });
  const read = records(written(folders), { record_delimiter: '\n' });
  t.strictSame(
    read.map((record) => record.tillstream_raw),
    raws,
  );
  t.ok(read.every(({ id, name, price }) => id === '' && name === '' && price === ''));
});

t.test('line breaks in quotes are no obstacle', async (t) => {
  const folders = foldersIn(t);
  await runThrough(deadLetter, options, await letters(['1,"two\r\nlines",x']), { folders });
  t.match(records(written(folders)), [{ id: '1', name: 'two\r\nlines', tillstream_raw: '' }]);
});

t.test('bytes that are no UTF-8 are kept, escaped', async (t) => {
  const folders = foldersIn(t);
  const raw = Buffer.concat([Buffer.from('1,Caf'), Buffer.of(0xe9), Buffer.from(' é €,\\x9')]);
  await runThrough(deadLetter, options, await letters([raw]), { folders });
  const [record] = records(written(folders));
  t.equal(record!.tillstream_raw, '1,Caf\\xE9 é €,\\x5Cx9');
});

t.test('escaping can be undone', (t) => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x5c, 0x78, 0x58, 0x43, 0x35, 0xc3, 0xa9, 0xe2),
  );
  const property = fc.property(fc.array(byte), fc.constantFrom('', '|\r\n', '"'), (bytes, forbidden) => {
    const given = Buffer.from(bytes);
    const text = escapedText(given, forbidden);
    const isPlain = given.toString('utf8') === text;
    const needsNone = isUtf8(given) && !/\\x/.test(given.toString()) && ![...forbidden].some((c) => given.includes(c));
    return unescapedBytes(text).equals(given) && isPlain === needsNone && ![...forbidden].some((c) => text.includes(c));
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }));
  t.equal(unescapedBytes('\\xe9 \\x \\xg1 \\').toString('latin1'), '\xe9 \\x \\xg1 \\', 'what is no escape stays');
  t.end();
});

t.test('what could not be read never stands in columns, even if there are as many cells', async (t) => {
  const folders = foldersIn(t);
  const fault = { code: 'record_too_long', message: 'record is longer than 5 bytes' };
  await runThrough(deadLetter, options, await letters(['1,2,3'], [fault]), { folders });
  t.match(records(written(folders)), [{ id: '', price: '', tillstream_raw: '1,2,3' }]);
});

t.test("the file's dialect is kept", async (t) => {
  const folders = foldersIn(t);
  const semicolons = { ...options, delimiter: ';' };
  await runThrough(deadLetter, semicolons, await letters(['1;Pen;1,5x', '1;"a;b";x', '1;Pen']), { folders });
  const read = records(written(folders), { delimiter: ';' });
  t.strictSame(
    read.map((record) => [record.name, record.price, record.tillstream_raw]),
    [
      ['Pen', '1,5x', ''],
      ['a;b', 'x', ''],
      ['', '', '1;Pen'],
    ],
  );
});

t.test('without quotes, what would need them is escaped', async (t) => {
  const folders = foldersIn(t);
  const bare = { ...options, delimiter: '|', quoteChar: null };
  await runThrough(deadLetter, bare, await letters(['1|5" pipe|x', '1|2']), { folders });
  const lines = written(folders).split('\n');
  t.match(lines[1], /^1\|5" pipe\|x\|not_a_number\|price: expected a number, got "x"\|2\|$/);
  t.match(lines[2], /^\|\|\|not_a_number\|.*\|3\|1\\x7C2$/);
});

t.test('quotes amid a cell are text where the dialect says so', async (t) => {
  for (const [relaxQuotes, name, raw] of [
    [true, '12" plate', ''],
    [false, '', '1,12" plate,x'],
  ] as const) {
    const folders = foldersIn(t);
    await runThrough(deadLetter, { ...options, relaxQuotes }, await letters(['1,12" plate,x']), { folders });
    t.match(records(written(folders), { relax_quotes: true }), [{ name, tillstream_raw: raw }]);
  }
});

t.test('an escape character other than the quote', async (t) => {
  const folders = foldersIn(t);
  const escaping = { ...options, escapeChar: '\\' };
  await runThrough(deadLetter, escaping, await letters(['1,"a \\"b\\"",x', '1,"a']), { folders });
  const read = records(written(folders), { escape: '\\' });
  t.strictSame([read[0]!.name, read[1]!.tillstream_raw], ['a "b"', '1,"a']);
});

t.test('a mended file that is rejected again keeps its own columns and its name', async (t) => {
  const folders = foldersIn(t);
  const columns = [...HEADER, 'tillstream_reason', 'tillstream_message', 'tillstream_line', 'tillstream_raw'];
  const raws = ['1,Pen,y,not_a_number,old,7,', ',,,bad_quoting,old,8,"1,""Pen,x"', '1,"a,b",z,not_a_number,old,9'];
  const context = { ...contextWith({ folders }), split: { ...split, fileId: 5, file: 'test.rejected-1.csv' } };
  const operator = deadLetter.create!(fillOptions(deadLetter, { columns }), context);
  for (const batch of await letters(raws, undefined, context.split)) {
    await operator.process(batch, new Collected(), 'main');
  }
  await operator.flush?.(new Collected());
  await operator.close?.();
  const read = records(written(folders, 'test.rejected-5.csv'));
  t.strictSame(Object.keys(read[0]!), columns);
  t.strictSame(
    read.map((record) => [record.id, record.price, record.tillstream_raw]),
    [
      ['1', 'y', ''],
      ['', '', '1,"Pen,x'],
      ['', '', '1,"a,b",z,not_a_number,old,9'],
    ],
  );
});

t.test('any record comes back whole', async (t) => {
  const folders = foldersIn(t);
  const raw = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é', '\r'), minLength: 1 });
  const property = fc.asyncProperty(fc.array(raw, { minLength: 1, maxLength: 8 }), async (raws) => {
    await runThrough(deadLetter, options, await letters(raws), { folders });
    const read = records(written(folders), { record_delimiter: '\n' });
    return read.every((record, i) => {
      const whole = record.tillstream_raw || HEADER.map((name) => record[name]).join();
      const cells = record.tillstream_raw
        ? raws[i]
        : (parse(raws[i]!, { record_delimiter: '\n' })[0] as string[]).join();
      return whole === cells && read.length === raws.length;
    });
  });
  await t.resolves(fc.assert(property, { numRuns: 100 }));
});

t.test('without dead letters there is no file; switched off, there is none either', async (t) => {
  const folders = foldersIn(t);
  mkdirSync(folders.rejected);
  await runThrough(deadLetter, options, [batchOfRecords([{ a: 1 }])], { folders });
  const out = await runThrough(deadLetter, { ...options, enabled: false }, await letters(['1,Pen,x']));
  t.equal(out.batches.length, 1);
  t.strictSame(readdirSync(folders.rejected), []);
});

t.test('after a crash no row stands in the file twice', async (t) => {
  for (const finished of [false, true]) {
    const folders = foldersIn(t);
    const create = () => deadLetter.create!(fillOptions(deadLetter, options), contextWith({ folders }));
    const batches = (await Promise.all(['1,a,x', '2,b,x', '3,c,x'].map((raw) => letters([raw])))).flat();
    const out = new Collected();
    const first = create();
    await first.process(batches[0]!, out, 'main');
    await first.checkpoint?.(out);
    const state = JSON.parse(JSON.stringify(first.snapshot?.()));
    await first.process(batches[1]!, out, 'main');
    if (finished) await first.flush?.(out);
    await first.close?.();
    const second = create();
    second.restore?.(state);
    for (const batch of batches.slice(1)) await second.process(batch, out, 'main');
    await second.flush?.(out);
    await second.close?.();
    t.strictSame(
      records(written(folders)).map(({ id }) => id),
      ['1', '2', '3'],
    );
    t.strictSame(readdirSync(folders.rejected), ['test.rejected-1.csv'], 'nothing else is left behind');
  }
});

t.test('a crash before the first checkpoint leaves nothing that counts', async (t) => {
  const folders = foldersIn(t);
  mkdirSync(folders.rejected);
  writeFileSync(join(folders.rejected, '.test.rejected-1.csv.part'), 'left over');
  await runThrough(deadLetter, options, await letters(['1,a,x']), { folders });
  t.equal(records(written(folders)).length, 1);
  t.strictSame(readdirSync(folders.rejected), ['test.rejected-1.csv']);
});
