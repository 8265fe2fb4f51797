import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import t from 'tap';
import { fillOptions } from '../../engine/fill-options.ts';
import type { SourceState } from '../../operators/csv/source-state.ts';
import { csvSource } from '../../operators/csv-source.ts';
import { csvBytes } from './csv/arbitrary.ts';
import {
  codeOf,
  contextOf,
  emptyReading,
  inFolder,
  outputsInto,
  type Reading,
  read,
  readBytes,
  SHARED,
  sharedMissing,
  stateOf,
} from './csv/reading.ts';

const SALES = 'id,store,amount\n1,North,9.50\n2,South,3.25\n';

t.test('gives each record with its line, offset and raw text', async (t) => {
  const reading = await readBytes('id,note\n1,"a ""b"""\n\n2,"two\r\nlines"\r\n3,end');
  t.strictSame(reading.records, [
    { id: '1', note: 'a "b"' },
    { id: '2', note: 'two\r\nlines' },
    { id: '3', note: 'end' },
  ]);
  t.strictSame(reading.lines, [2, 4, 6]);
  t.strictSame(reading.offsets, [8, 21, 37]);
  t.strictSame(reading.raws, ['1,"a ""b"""', '2,"two\r\nlines"', '3,end']);
  t.strictSame(reading.letters, []);
});

t.test('sends every kind of faulty record to the dead letters, with its line', async (t) => {
  const file = Buffer.concat([
    Buffer.from('a,b\n1,2\n1\n1,2,3\n"x"y,2\n1,z",0\n1,z"z\n'),
    Buffer.from([0x31, 0x2c, 0xff, 0xfe, 0x0a]),
    Buffer.from(`${'l'.repeat(60)},1\n3,4\n5,"open`),
  ]);
  const { letters, records } = await readBytes(file, { maxRecordBytes: 50 });
  t.strictSame(
    letters.map(({ line, faults }) => [line, faults.map(({ code }) => code).join()]),
    [
      [3, 'too_few_fields'],
      [4, 'too_many_fields'],
      [5, 'bad_quoting'],
      [7, 'bad_quoting'],
      [8, 'invalid_encoding'],
      [9, 'record_too_long'],
      [11, 'bad_quoting'],
    ],
  );
  t.equal(letters[0]?.faults[0]?.message, 'expected 2 fields, got 1');
  t.equal(letters[2]?.raw, '"x"y,2\n1,z",0', 'a faulty record ends where csv-parse ends it');
  t.strictSame(records, [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
});

t.test('leaves out blank rows and repeated headers, and says so', async (t) => {
  const { records, filtered, letters } = await readBytes('id , note\n1,a\n,\n  ,""\n,,,\nid , note\n\n2,b\n');
  t.strictSame(
    records.map(({ id }) => id),
    ['1', '2'],
  );
  t.strictSame(filtered, [
    { line: 3, reason: 'blank_row' },
    { line: 4, reason: 'blank_row' },
    { line: 5, reason: 'blank_row' },
    { line: 6, reason: 'repeated_header' },
  ]);
  t.strictSame(letters, []);
});

t.test('makes field names unique', async (t) => {
  const { records } = await readBytes(' id ,id,,x,id_2,x\n1,2,3,4,5,6\n');
  t.strictSame(Object.keys(records[0] ?? {}), ['id', 'id_3', 'column_3', 'x', 'id_2', 'x_2']);
});

t.test('reads a file without header, with fields given or made up', async (t) => {
  const made = await readBytes('1,a\n2,b\n', { header: false });
  t.strictSame(made.records[0], { column_1: '1', column_2: 'a' });
  t.strictSame(made.lines, [1, 2]);
  const named = await readBytes('1,a\n', { header: false, fields: ['id', 'note'] });
  t.strictSame(named.records, [{ id: '1', note: 'a' }]);
  t.equal(await codeOf(readBytes('1,a\n', { header: false, fields: ['id'] })), 'header_mismatch');
  t.equal(await codeOf(readBytes(SALES, { fields: ['id', 'shop', 'amount'] })), 'header_mismatch');
});

t.test('reads other dialects', async (t) => {
  const preamble = await readBytes('Report\nof "today\nid;note\n1;"a;b"\n', { delimiter: ';', skipRows: 2 });
  t.strictSame([preamble.records, preamble.lines], [[{ id: '1', note: 'a;b' }], [4]]);
  const comments = await readBytes('# made by hand\nid,note\n# x,"\n1,#a\n', { commentChar: '#' });
  t.strictSame([comments.records, comments.lines], [[{ id: '1', note: '#a' }], [4]]);
  const escaped = await readBytes('id,note\n1,"say \\"hi\\""\n', { escapeChar: '\\' });
  t.strictSame(escaped.records, [{ id: '1', note: 'say "hi"' }]);
  const spaced = await readBytes('id, note\n1, "a, b"\n', { skipInitialSpace: true });
  t.strictSame(spaced.records, [{ id: '1', note: 'a, b' }]);
  const unquoted = await readBytes('id,note\n1,5" pipe\n', { quoteChar: null });
  t.strictSame(unquoted.records, [{ id: '1', note: '5" pipe' }]);
  const relaxed = await readBytes('id,note\n1,5" pipe\n2,"a,b"\n', { relaxQuotes: true });
  t.strictSame(
    relaxed.records.map(({ note }) => note),
    ['5" pipe', 'a,b'],
  );
  t.equal(await codeOf(readBytes(SALES, { delimiter: '"' })), 'bad_dialect');
});

const UMLAUTS = 'id,stadt\n1,Köln\n2,"Düsseldorf, Süd"\n3,Ærø\n';

t.test('finds the encoding', async (t) => {
  const wanted = ['Köln', 'Düsseldorf, Süd', 'Ærø'];
  const encodings: Record<string, Buffer> = {
    'utf-8': Buffer.from(UMLAUTS),
    'utf-8 with mark': Buffer.from(`\ufeff${UMLAUTS}`),
    'utf-16le with mark': Buffer.from(`\ufeff${UMLAUTS}`, 'utf16le'),
    'utf-16le': Buffer.from(UMLAUTS, 'utf16le'),
    'utf-16be with mark': Buffer.from(`\ufeff${UMLAUTS}`, 'utf16le').swap16(),
    'utf-16be': Buffer.from(UMLAUTS, 'utf16le').swap16(),
    'windows-1252': iconv.encode(UMLAUTS, 'windows-1252'),
    cp850: iconv.encode(UMLAUTS, 'cp850'),
  };
  for (const [name, bytes] of Object.entries(encodings)) {
    const { records, positions } = await readBytes(bytes);
    t.strictSame(
      records.map(({ stadt }) => stadt),
      wanted,
      name,
    );
    t.equal(stateOf(positions[0]).encoding, name.split(' ')[0]);
  }
  for (const encoding of ['cp437', 'iso-8859-15', 'ISO-8859-1']) {
    const { records } = await readBytes(iconv.encode('id,stadt\n1,Köln\n', encoding), { encoding });
    t.equal(records[0]?.stadt, 'Köln', encoding);
  }
  const marked = await readBytes(`\ufeff${UMLAUTS}`, { encoding: 'windows-1252' });
  t.equal(marked.records[0]?.stadt, 'Köln', 'a byte order mark knows better than a dialect');
  t.equal(await codeOf(readBytes(UMLAUTS, { encoding: 'utf-9' })), 'unknown_encoding');
});

t.test('takes a few broken bytes for faults of their records', async (t) => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},Köln\n`).join('');
  const bytes = Buffer.concat([
    Buffer.from(`id,stadt\n${rows}`),
    Buffer.from('x,K\xf6ln\n', 'latin1'),
    Buffer.from('y,z\n'),
  ]);
  const { records, letters } = await readBytes(bytes);
  t.equal(records.length, 51);
  t.strictSame(
    letters.map(({ line, faults }) => [line, faults[0]?.code]),
    [[52, 'invalid_encoding']],
  );
  const replaced = await readBytes('id,at\n1,37\ufffd36\n');
  t.strictSame(replaced.letters, [], 'U+FFFD is a character like others');
});

t.test('reads gzip, and says when it is cut short or broken', async (t) => {
  const packed = gzipSync(SALES);
  const whole = await readBytes(packed);
  t.equal(whole.records.length, 2);
  t.equal(stateOf(whole.positions[0]).sha256, sha256(packed), 'the hash is that of the file, not of its text');
  t.strictSame(whole.offsets, [16, 29], 'offsets are those of the text');
  const both = await readBytes(Buffer.concat([packed, gzipSync('3,East,1\n')]));
  t.equal(both.records.length, 3, 'members follow one another');
  const long = gzipSync(Array.from({ length: 50_000 }, (_, i) => `${i * 7919},b${i}\n`).join(''));
  t.equal(await codeOf(readBytes(long.subarray(0, long.length - 5_000))), 'truncated_gzip');
  const broken = Buffer.from(long).fill(0xaa, 20_000, 20_100);
  t.equal(await codeOf(readBytes(broken)), 'bad_gzip');
});

t.test('says what is wrong with a file', async (t) => {
  await inFolder(async (folder) => {
    t.equal(await codeOf(read(join(folder, 'none.csv'))), 'file_not_found');
    t.equal(await codeOf(read(folder)), 'not_a_file');
    const locked = join(folder, 'locked.csv');
    await writeFile(locked, SALES);
    await chmod(locked, 0);
    if (process.getuid?.() !== 0) t.equal(await codeOf(read(locked)), 'file_unreadable');
  });
  t.equal(await codeOf(readBytes('')), 'empty_file');
  t.equal(await codeOf(readBytes('\ufeff\n\r\n')), 'empty_file');
  t.equal(await codeOf(readBytes('PK\x03\x04 a workbook')), 'binary_file');
  t.equal(
    await codeOf(readBytes(Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919) & 255)))),
    'binary_file',
  );
  t.equal(await codeOf(readBytes('a"b,c\n1,2\n')), 'bad_header');
  const headerOnly = await readBytes('id,amount\n');
  t.strictSame([headerOnly.records, headerOnly.positions.length], [[], 1]);
});

const many = `id,note\n${Array.from({ length: 60_000 }, (_, i) => `${i},"n ""${i}"" ${i % 3 ? '\n' : ''}x"\n`).join('')}`;

t.test('keeps batches within 16,384 records, in sequence', async (t) => {
  const reading = await readBytes(many);
  t.equal(reading.records.length, 60_000);
  t.ok(reading.records.every(({ id, note }, i) => id === String(i) && note?.startsWith(`n "${i}"`)));
  t.strictSame(reading.sequences, [...reading.sequences.keys()]);
  t.ok(reading.sequences.length >= 4);
});

t.test('goes on from any position, whatever the format', async (t) => {
  const rows = Array.from(
    { length: 120_000 },
    (_, i) => `${i},"Köln ${i}"\r\n${i % 9_000 === 0 ? 'ragged\r\n\r\n' : ''}`,
  );
  const text = `id,note\r\n${rows.join('')}`;
  for (const [name, bytes] of Object.entries({
    plain: Buffer.from(`\ufeff${text}`),
    gzip: gzipSync(text),
    latin: iconv.encode(text, 'windows-1252'),
    utf16: Buffer.from(`\ufeff${text}`, 'utf16le'),
  })) {
    await inFolder(async (folder) => {
      const path = join(folder, 'sales.csv');
      await writeFile(path, bytes);
      const options = { checkpointBytes: 500_000 };
      const whole = await read(path, options);
      t.ok(whole.positions.length > 2, `${name}: several positions`);
      t.equal(stateOf(whole.positions.at(-1)).sha256, sha256(bytes));
      for (let stop = 1; stop <= whole.positions.length; stop++) {
        const before = await read(path, options, stop);
        const state = JSON.parse(JSON.stringify(stateOf(before.positions.at(-1)))) as SourceState;
        const both = joined(before, await read(path, { ...options, resume: state }));
        t.ok(sameRecords(both, whole), `${name} ${stop}`);
      }
    });
  }
});

/** Two readings as one. */
function joined(a: Reading, b: Reading): Reading {
  const entries = Object.entries(a).map(([key, value]) => [key, [...value, ...b[key as keyof Reading]]]);
  return Object.fromEntries(entries) as unknown as Reading;
}

function sameRecords(a: Reading, b: Reading): boolean {
  const essence = ({ records, lines, offsets, raws, letters, filtered, sequences, sizes }: Reading) =>
    JSON.stringify([records, lines, offsets, raws, letters, filtered, sequences, sizes]);
  return essence(a) === essence(b);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

t.test('refuses to go on in a file that has changed', async (t) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'sales.csv');
    await writeFile(path, many);
    const { positions } = await read(path, { checkpointBytes: 1 }, 1);
    const resume = stateOf(positions[0]);
    t.ok(resume.offset > 0 && resume.offset < many.length);
    await writeFile(path, `${many}60000,appended\n`);
    t.equal((await read(path, { resume })).records.at(-1)?.note, 'appended', 'what was not read yet may change');
    await writeFile(path, many.replace('id,note', 'id,nota'));
    t.equal(await codeOf(read(path, { resume })), 'file_changed');
    await writeFile(path, many.slice(0, 1_000));
    t.equal(await codeOf(read(path, { resume })), 'file_changed');
    t.equal(await codeOf(read(path, { resume: { offset: 3 } })), 'bad_resume_state');
  });
});

t.test('resumes where it stopped on any input', async (t) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'any.csv');
    const property = fc.asyncProperty(csvBytes, async (bytes) => {
      // The sample decides on the encoding: fixing it keeps this property about resuming.
      const options = { header: false, encoding: 'utf-8', compression: 'none' };
      await writeFile(path, Buffer.concat([Buffer.from('a,b\n'), bytes]));
      const whole = await read(path, options).catch(({ code }) => code);
      if (whole === 'binary_file') return;
      const last = stateOf((whole as Reading).positions.at(-1));
      const rest = await read(path, { ...options, resume: last });
      if (rest.records.length + rest.letters.length > 0) throw new Error('records after the end');
    });
    await fc.assert(property, { numRuns: 300 });
    t.pass('all inputs');
  });
});

t.test('an unclosed quote costs one dead letter, not the rest of the file', async (t) => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},North\n`);
  rows[10] = '10,"North\n';
  const { records, letters } = await readBytes(`id,store\n${rows.join('')}`, { maxRecordBytes: 100_000 });
  t.equal(records.length, 199_999);
  t.strictSame(
    letters.map(({ line, raw, faults }) => [line, raw, faults[0]?.code]),
    [[12, '10,"North', 'record_too_long']],
  );
});

t.test('a quote that the file ends with open costs its line', async (t) => {
  const { records, letters } = await readBytes('id,store\n1,"North\n2,South\n3,East\n');
  t.strictSame(
    records.map(({ id }) => id),
    ['2', '3'],
  );
  t.match(letters, [
    { line: 2, raw: '1,"North', faults: [{ code: 'bad_quoting', message: /never closed in cell 2/ }] },
  ]);
});

t.test('passes over a line of many megabytes', async (t) => {
  const { records, letters, lines } = await readBytes(`a,b\n1,${'x'.repeat(5_000_000)}\r\n2,y\r\n`);
  t.strictSame([records, lines], [[{ a: '2', b: 'y' }], [3]]);
  t.strictSame(
    letters.map(({ line, raw }) => [line, raw.length]),
    [[2, 1_048_576]],
  );
});

t.test('stops when told to, and lets go of the file', async (t) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'sales.csv');
    await writeFile(path, many);
    const before = await openHandles();
    const control = new AbortController();
    const source = csvSource.source!(fillOptions(csvSource, {}), contextOf(path, control.signal));
    const reading = (async () => {
      for await (const _ of source.read(outputsInto(emptyReading()))) control.abort();
    })();
    await t.rejects(reading, { name: 'AbortError' });
    for await (const _ of csvSource.source!(fillOptions(csvSource, {}), contextOf(path)).read(
      outputsInto(emptyReading()),
    ))
      break;
    t.equal(await openHandles(), before);
  });
});

async function openHandles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length;
}

t.test('reads no further ahead than one window', async (t) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'long.csv');
    await writeFile(path, `id,note\n${'1,abcdefghijklmnopqrstuvwxyz\n'.repeat(400_000)}`);
    const context = contextOf(path);
    const batches = csvSource.source!(fillOptions(csvSource, { checkpointBytes: 1 }), context).read(
      outputsInto(emptyReading()),
    );
    for await (const item of batches) {
      if (!('kind' in item)) continue;
      // A consumer that takes its time: what is read meanwhile must not grow.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const rest = process.memoryUsage().arrayBuffers;
      await new Promise((resolve) => setTimeout(resolve, 200));
      t.ok(process.memoryUsage().arrayBuffers - rest < 1_000_000);
      break;
    }
  });
});

t.test('csv-spectrum reads as it should', { skip: sharedMissing }, async (t) => {
  const folder = join(SHARED, 'csv-spectrum');
  for (const name of await readdir(join(folder, 'csvs'))) {
    const json = join(folder, 'json', name.replace('.csv', '.json'));
    const wanted = [JSON.parse(await readFile(json, 'utf8'))].flat() as Record<string, string>[];
    const isCoordinates = name === 'location_coordinates.csv';
    const text = await readFile(join(folder, 'csvs', name), 'utf8');
    // The CRLFs of these two are easily lost where files are copied.
    const own = name.includes('crlf') ? text.replaceAll(/\r?\n/g, '\r\n') : text;
    const { records, letters } = await readBytes(own, { relaxQuotes: isCoordinates });
    // That file's JSON has another phone number than its CSV.
    if (isCoordinates) wanted[0]!['Contact Phone Number'] = '2095257564';
    t.strictSame(records, wanted, name);
    t.strictSame(letters, []);
  }
});

/** Lines of dead letters and their first faults, by file. */
const REJECTS: Record<string, Record<number, string>> = {
  'frankstein/nightmare.csv': {
    10: 'too_few_fields',
    14: 'too_many_fields',
    22: 'bad_quoting',
    38: 'invalid_encoding',
  },
  'incorrect_columns/few_columns.csv': {
    1814: 'too_few_fields',
    1823: 'too_few_fields',
    2378: 'too_few_fields',
    2762: 'too_few_fields',
  },
  'incorrect_columns/many_columns.csv': {
    1096: 'too_many_fields',
    1159: 'too_many_fields',
    1206: 'too_many_fields',
    2769: 'too_many_fields',
  },
  'incorrect_columns/mix_columns.csv': {
    1604: 'too_few_fields',
    1671: 'too_many_fields',
    2751: 'too_few_fields',
    2768: 'too_many_fields',
  },
  'incorrect_columns/small_mix.csv': { 3: 'too_many_fields', 4: 'too_few_fields' },
  'maximum_line/max_10.csv': { 5: 'record_too_long' },
  'multiple_errors/invalid_utf_cast.csv': { 3: 'invalid_encoding' },
  'multiple_errors/invalid_utf_less.csv': { 3: 'too_few_fields' },
  'multiple_errors/invalid_utf_more.csv': { 3: 'too_many_fields' },
  'multiple_errors/invalid_utf_unquoted.csv': { 3: 'bad_quoting' },
  'multiple_errors/multiple_errors.csv': {
    4: 'too_many_fields',
    5: 'too_many_fields',
    6: 'bad_quoting',
    7: 'too_few_fields',
    8: 'too_few_fields',
  },
  'multiple_errors/unquoted_cast.csv': { 3: 'bad_quoting' },
  'unquoted/basic.csv': { 5: 'bad_quoting' },
  'unquoted/unquoted_new_line.csv': { 5: 'bad_quoting' },
};

t.test("reports every faulty row of DuckDB's rejects", { skip: sharedMissing }, async (t) => {
  for (const [name, wanted] of Object.entries(REJECTS)) {
    const options = name.includes('max_10') ? { maxRecordBytes: 10 } : {};
    const { letters } = await read(join(SHARED, 'duckdb-rejects', name), options);
    t.strictSame(Object.fromEntries(letters.map(({ line, faults }) => [line, faults[0]?.code])), wanted, name);
  }
});
