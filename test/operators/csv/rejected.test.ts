import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { Batch } from '../../../engine/batch.ts';
import { fillOptions } from '../../../engine/fill-options.ts';
import { type Dialect, fillDialect } from '../../../operators/csv/dialect.ts';
import { csvSource } from '../../../operators/csv-source.ts';
import { ADDED_COLUMNS } from '../../../operators/dead-letter/added-columns.ts';
import { RejectedRows } from '../../../operators/dead-letter/rejected-rows.ts';
import { csvBytes, dialects } from './arbitrary.ts';
import { codeOf, contextOf, emptyReading, inFolder, outputsInto, read, readBytes } from './reading.ts';

const NAMES = ['a', 'b', 'c'];
const ADDED = ADDED_COLUMNS.join();

/** A record as the source gave it, sound or not, and its bytes. */
interface Given {
  readonly offset: number;
  readonly raw: Buffer;
  readonly reason: string;
  /** Its cells by name, or its faults. */
  readonly told: string;
}

/** All records in a file of those bytes but the blank ones, in their order. */
function given(bytes: Buffer, dialect: Dialect): Promise<Given[]> {
  return inFolder(async (folder) => {
    const path = join(folder, 'a.csv');
    await writeFile(path, bytes);
    const all: Given[] = [];
    const note = ({ provenance }: Batch, row: number, reason: string, told: unknown) => {
      const [offset, raw] = [provenance.offsetOf(row), Buffer.from(provenance.rawBytes(row))];
      // Of a line that is just about as long as a record may be, it can't be told whether it was cut.
      all.push({ offset, raw, reason, told: JSON.stringify(told).replace(/; is a quote left open[^"]*/, '') });
    };
    const out = outputsInto(emptyReading());
    out.deadLetter = (batch, row, faults) => note(batch, row, faults[0].code, faults);
    const source = csvSource.source!(fillOptions(csvSource, { ...dialect, fields: NAMES }), contextOf(path));
    for await (const item of source.read(out)) {
      if (!(item instanceof Batch)) continue;
      for (const [row, record] of item.records.entries()) note(item, row, 'not_a_number', record);
    }
    return all.sort((a, b) => a.offset - b.offset);
  });
}

function rejected(records: readonly Given[], columns: readonly string[], dialect: Dialect): Buffer {
  const rows = new RejectedRows(columns, { ...dialect });
  const letters = records.map(({ raw, reason }) => ({ raw, reason, message: 'is "no", number', line: 1 }));
  return Buffer.concat([rows.header(), ...rows.lines(letters)]);
}

const writesQuotes = ({ quoteChar, doubleQuote, escapeChar }: Dialect) =>
  quoteChar === null || doubleQuote || escapeChar !== undefined;

const told = (records: readonly Given[]) => records.map((record) => record.told);

t.test('what is rejected reads as it did before, however often, in any dialect', async (t) => {
  const seen = new Set<string>();
  const property = fc.asyncProperty(csvBytes, dialects, async (bytes, parts) => {
    const dialect = { ...parts, encoding: 'utf-8', maxRecordBytes: 24 };
    const file = Buffer.concat([Buffer.from(`${NAMES.join(dialect.delimiter)}\n`), bytes]);
    const first = await given(file, dialect).catch(() => []); // full of control characters
    const again = await given(rejected(first, NAMES, dialect), { ...dialect, header: false, skipRows: 3 });
    const all = [...NAMES, ...ADDED_COLUMNS];
    // Cells of such a dialect that hold quotes are rewritten when they are rejected twice, and there they can't be.
    if (!writesQuotes(dialect)) return isDeepStrictEqual(told(again), told(first));
    const third = await given(rejected(again, all, dialect), { ...dialect, encoding: 'windows-1252' });
    for (const [, code] of told(first)
      .join()
      .matchAll(/"code":"(\w+)"/g))
      seen.add(code!);
    if (first.some(({ reason }) => reason === 'not_a_number')) seen.add('none');
    return isDeepStrictEqual([told(again), told(third)], [told(first), told(first)]);
  });
  await t.resolves(fc.assert(property, { numRuns: 400 }));
  t.strictSame(
    [...seen].sort(),
    ['bad_quoting', 'invalid_encoding', 'none', 'record_too_long', 'too_few_fields', 'too_many_fields'],
    'every reason was met',
  );
});

t.test('columns of our own are no data, wherever they stand', async (t) => {
  const { records, filtered } = await readBytes(`tillstream_reason,a,tillstream_x,b\nr,1,x,2\nr,,x, \n`);
  t.strictSame(records, [{ a: '1', b: '2' }]);
  t.match(filtered, [{ line: 3, reason: 'blank_row' }]);
});

t.test('cells filled in go before tillstream_raw; what is mended there is read', async (t) => {
  const rows = ['1,2,r,m,9,"x"",y"', ',,r,m,9,"3,4"', ',,r,m,9,"5,""a, b"""', ',,r,m,9,Caf\\xE9', ',,r,m,9,', ''];
  const { records, letters, filtered, raws } = await readBytes(`a,b,${ADDED}\n${rows.join('\n')}`);
  t.strictSame(records, [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
    { a: '5', b: 'a, b' },
  ]);
  t.match(letters, [{ line: 5, faults: [{ code: 'too_few_fields' }, { code: 'invalid_encoding' }] }]);
  t.match(filtered, [{ line: 6, reason: 'blank_row' }]);
  t.equal(raws[1], rows[1], 'the row is the record');
});

t.test('two records in one tillstream_raw are a fault, and no record is lost', async (t) => {
  const { records, letters } = await readBytes(`a,b,${ADDED}\n,,r,m,9,"1,2\n3,4"\n,,r,m,9,"5,6\n"\n`);
  t.match(letters, [{ line: 2, faults: [{ code: 'bad_quoting', message: 'a line break stands outside quotes' }] }]);
  t.strictSame(records, [{ a: '5', b: '6' }], 'a line break at the end is none');
});

t.test('more kept records than there is room for beside the file', async (t) => {
  const count = 40_000;
  const row = (i: number) => `,,r,m,9,"${i},x${i}"\n`;
  const { records } = await readBytes(`a,b,${ADDED}\n${Array.from({ length: count }, (_, i) => row(i)).join('')}`);
  t.equal(records.length, count);
  t.ok(records.every(({ a, b }, i) => a === String(i) && b === `x${i}`));
});

t.test('the header is found whatever the dialect says, and only there', async (t) => {
  const text = `a,b,${ADDED}\n1,2,r,m,9,\n`;
  for (const dialect of [{ header: false }, { skipRows: 5 }, { header: false, skipRows: 1, fields: ['a', 'b'] }]) {
    t.strictSame((await readBytes(text, dialect)).records, [{ a: '1', b: '2' }]);
  }
  t.equal(await codeOf(readBytes(text, { header: false, fields: ['a', 'c'] })), 'header_mismatch');
  const { records } = await readBytes('the "tillstream_reason"\na,b\n1,2\n', { skipRows: 1 });
  t.strictSame(records, [{ a: '1', b: '2' }], 'a line to skip may say the word');
  const later = await readBytes('a,b\n1,tillstream_reason\n', { header: false });
  t.equal(later.records.length, 2, 'as may a record that is not the first');
});

t.test('a byte order mark goes before the encoding and compression asked for', async (t) => {
  const text = '\uFEFFa,b\né,€\n';
  for (const dialect of [{ encoding: 'windows-1252' }, { encoding: 'cp850', compression: 'gzip' }]) {
    t.strictSame((await readBytes(text, dialect)).records, [{ a: 'é', b: '€' }]);
  }
  const packed = gzipSync(text);
  t.strictSame(
    (await readBytes(packed, { encoding: 'windows-1252' })).records,
    [{ a: 'é', b: '€' }],
    'also within gzip',
  );
});

t.test('a row that keeps a record may be longer than records may be', async (t) => {
  const record = `1,${'"'.repeat(90)}`;
  const row = `,,r,m,9,"${record.replaceAll('"', '""')}"\n`;
  const dialect = fillDialect({ maxRecordBytes: 100, relaxQuotes: true });
  const { letters, records } = await readBytes(`a,b,${ADDED}\n${row}`, dialect);
  t.strictSame([letters.length, records.length], [0, 1]);
});

t.test('reading goes on from any position of a file of rejected records', async (t) => {
  const rows = Array.from({ length: 120_000 }, (_, i) => (i % 2 ? `,,r,m,9,"${i},x"\n` : `${i},x,r,m,9,\n`));
  await inFolder(async (folder) => {
    const path = join(folder, 'a.csv');
    await writeFile(path, `\uFEFFa,b,${ADDED}\n${rows.join('')}`);
    const options = { header: false, encoding: 'windows-1252', checkpointBytes: 1 };
    const before = await read(path, options, 1);
    t.ok(before.records.length < rows.length, 'there is something left');
    const after = await read(path, { ...options, resume: before.positions[0]!.state });
    const seen = [...before.records, ...after.records].map(({ a }) => Number(a));
    t.strictSame(seen, Array.from(rows.keys()));
  });
});
