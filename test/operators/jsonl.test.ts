import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { Batch, type FieldValues } from '../../engine/batch.ts';
import { dictionaryColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { OperatorMeter } from '../../engine/metrics.ts';
import type { Fault, SourcePosition } from '../../engine/operator.ts';
import { CountedOutputs } from '../../engine/outputs.ts';
import { jsonlSink } from '../../operators/jsonl-sink.ts';
import { jsonlSource } from '../../operators/jsonl-source.ts';
import { batchOf, contextWith, runThrough } from './in-memory.ts';

interface Rejected {
  readonly line: number;
  readonly offset: number;
  readonly raw: string;
  readonly fault: Fault;
}

/** All that the source makes of a file. */
async function read(path: string, options: Record<string, unknown> = {}) {
  const records: { line: number; offset: number; raw: string; fields: FieldValues }[] = [];
  const rejected: Rejected[] = [];
  const blank: number[] = [];
  const positions: { position: SourcePosition; before: number; rejectedBefore: number }[] = [];
  const out = Object.assign(new CountedOutputs(new OperatorMeter('source'), 'revenue', () => {}), {
    deadLetter({ provenance }: Batch, row: number, [fault]: readonly [Fault, ...Fault[]]) {
      rejected.push({
        line: provenance.lines[row]!,
        offset: provenance.offsetOf(row),
        raw: provenance.raw(row),
        fault,
      });
    },
    filtered: ({ provenance }: Batch, rows: Int32Array) =>
      void blank.push(...Array.from(rows, (row) => provenance.lines[row]!)),
  });
  const source = jsonlSource.source!(fillOptions(jsonlSource, { path, ...options }), contextWith());
  for await (const item of source.read(out)) {
    if (!(item instanceof Batch))
      positions.push({
        position: JSON.parse(JSON.stringify(item)),
        before: records.length,
        rejectedBefore: rejected.length,
      });
    else {
      const { provenance } = item;
      item.records.forEach((fields, row) => {
        records.push({
          line: provenance.lines[row]!,
          offset: provenance.offsetOf(row),
          raw: provenance.raw(row),
          fields,
        });
      });
    }
  }
  await source.close?.();
  return { records, rejected, blank, positions };
}

const fieldsOf = ({ records }: Awaited<ReturnType<typeof read>>) => records.map(({ fields }) => ({ ...fields }));

function fileIn(t: { testdir(): string }, content: string | Buffer, name = 'a.jsonl'): string {
  const path = join(t.testdir(), name);
  writeFileSync(path, content);
  return path;
}

t.test('fields come as texts, numbers with all their digits, objects flattened', async (t) => {
  const lines = [
    '{"n":12.50,"big":12345678901234567890.10,"yes":true,"no":null,"text":"a\\nb"}',
    '{"customer":{"name":"Ada","address":{"city":"Köln"}},"tags":[1,{"a":98765432109876543210}],"n":-0}',
  ];
  const path = fileIn(t, lines.join('\n'));
  const [first, second] = fieldsOf(await read(path));
  t.match(first, {
    n: '12.5',
    big: '12345678901234567890.10',
    yes: 'true',
    no: null,
    text: 'a\nb',
    'customer.name': null,
  });
  t.match(second, {
    n: '0',
    big: null,
    'customer.name': 'Ada',
    'customer.address.city': 'Köln',
    tags: '[1,{"a":98765432109876543210}]',
  });
  const kept = fieldsOf(await read(path, { nested: 'json', fields: ['customer', 'n', 'other'] }));
  t.strictSame(kept, [
    { customer: null, n: '12.5', other: null },
    { customer: '{"name":"Ada","address":{"city":"Köln"}}', n: '0', other: null },
  ]);
});

t.test('lines that are no records are dead letters, and the rest is read', async (t) => {
  const broken = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
  const parts = [
    '{"a":1}\r\n',
    '{"a":\n',
    '  \n',
    '[1]\n',
    'null\n',
    broken,
    '\n',
    `{"a":"${'x'.repeat(100)}"}\n`,
    '{"b":1,"c":2}\n',
    '{"a":2}',
  ];
  const path = fileIn(t, Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  const found = await read(path, { maxRecordBytes: 60, maxFields: 2 });
  t.strictSame(fieldsOf(found), [{ a: '1' }, { a: '2' }]);
  t.strictSame(
    found.rejected.map(({ line, fault }) => [line, fault.code]),
    [
      [2, 'bad_json'],
      [4, 'not_an_object'],
      [5, 'not_an_object'],
      [6, 'invalid_encoding'],
      [7, 'record_too_long'],
      [8, 'too_many_fields'],
    ],
  );
  t.strictSame(found.blank, [3]);
  const bytes = readFileSync(path);
  for (const { offset, raw, line } of [...found.records, ...found.rejected]) {
    if (line !== 6) t.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(raw)), raw, `line ${line}`);
  }
  t.equal(found.records[0]?.raw, '{"a":1}', 'without its line break');
});

t.test('gzip, byte order marks and other encodings are found', async (t) => {
  const text = '{"a":"é"}\n{"a":"ü"}\n';
  const expected = [{ a: 'é' }, { a: 'ü' }];
  const files = {
    gz: gzipSync(text),
    bom: Buffer.from(`\uFEFF${text}`),
    utf16: Buffer.from(`\uFEFF${text}`, 'utf16le'),
  };
  for (const [name, content] of Object.entries(files)) {
    const found = await read(fileIn(t, content));
    t.strictSame(fieldsOf(found), expected, name);
    t.equal(found.positions.at(-1)?.position.bytes, content.length, 'the last position is the end of the file');
  }
  await t.rejects(read(fileIn(t, 'PK\x03\x04zip')), {
    code: 'binary_file',
    message: /as text: it is a ZIP archive/,
  });
  await t.rejects(read('/no/such/file'), { code: 'file_not_found' });
});

t.test('any records come back, however they are cut into lines and windows', async (t) => {
  const path = join(t.testdir(), 'any.jsonl');
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const property = fc.asyncProperty(
    fc.array(fc.record({ a: value, 'b.c': value }), { minLength: 1 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    async (records, newline, isPacked) => {
      const text = records.map((record) => JSON.stringify(record)).join(newline);
      writeFileSync(path, isPacked ? gzipSync(text) : text);
      const found = await read(path);
      const expected = records.map((record) =>
        Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cell === null ? null : String(cell)])),
      );
      return JSON.stringify(fieldsOf(found)) === JSON.stringify(expected) && found.positions.length === 1;
    },
  );
  await t.resolves(fc.assert(property, { numRuns: 40 }));
});

t.test('reading goes on from any position, also within gzip, and not in another file', async (t) => {
  const padding = 'x'.repeat(300);
  const line = (n: number) => `{"n":${n},"text":"${padding}"}\n`;
  // Several windows of a MiB, with a line that is longer than one of them.
  const text = Array.from({ length: 12_000 }, (_, n) => (n === 5000 ? `"${'y'.repeat(2_200_000)}"\n` : line(n))).join(
    '',
  );
  for (const content of [Buffer.from(text), gzipSync(text)]) {
    const path = fileIn(t, content);
    const options = { checkpointBytes: 300_000, maxRecordBytes: 1000 };
    const whole = await read(path, options);
    t.equal(whole.records.length, 11_999);
    t.strictSame(
      whole.rejected.map(({ line: at, fault }) => [at, fault.code]),
      [[5001, 'record_too_long']],
    );
    t.ok(whole.positions.length >= 4, `${whole.positions.length} positions`);
    for (const { position, before, rejectedBefore } of whole.positions) {
      const rest = await read(path, { ...options, resume: position.state });
      t.strictSame(
        rest.records.map(({ line: at, offset, raw }) => [at, offset, raw.length]),
        whole.records.slice(before).map(({ line: at, offset, raw }) => [at, offset, raw.length]),
      );
      t.strictSame(rest.rejected, whole.rejected.slice(rejectedBefore));
    }
    writeFileSync(path, Buffer.concat([Buffer.from('z'), content.subarray(1)]));
    const { state } = whole.positions[0]!.position;
    await t.rejects(read(path, { resume: state }), { code: 'file_changed' });
  }
  await t.rejects(read(fileIn(t, '{}'), { resume: { offset: -1 } }), { code: 'bad_resume_state' });
});

t.test('the sink writes every kind of field, exactly, and the source reads it again', async (t) => {
  const home = t.testdir();
  const folders = { home, processed: join(home, 'processed'), rejected: home };
  const columns = [
    ['price', new NumberColumn('decimal', Float64Array.of(9_007_199_254_740_991, -1, Number.NaN), 10_000)],
    ['day', new NumberColumn('date', Float64Array.of(1_798_675_200, 0, Number.NaN))],
    ['flag', new NumberColumn('boolean', Float64Array.of(1, 0, Number.NaN))],
    ['region', dictionaryColumn(['North "1"', 'a\nb', null])],
    ['attributes', new TextColumn(['{"a": [1,\n2]}', 'no json', null])],
  ] as const;
  const batch = batchOf(columns, 3);
  const out = await runThrough(jsonlSink, { json: ['attributes'] }, [batch], { folders });
  t.strictSame(out.batches, [batch], 'records pass on untouched');
  const path = join(folders.processed, 'test.enriched.jsonl');
  t.equal(
    readFileSync(path, 'utf8'),
    [
      '{"price":900719925474.0991,"day":"2026-12-31","flag":true,"region":"North \\"1\\"","attributes":{"a": [1, 2]}}',
      '{"price":-0.0001,"day":"1970-01-01","flag":false,"region":"a\\nb","attributes":"no json"}',
      '{"price":null,"day":null,"flag":null,"region":null,"attributes":null}',
      '',
    ].join('\n'),
  );
  const [first] = fieldsOf(await read(path, { nested: 'json' }));
  t.match(first, { price: '900719925474.0991', flag: 'true', attributes: '{"a":[1,2]}' });
});

t.test('the sink goes on after a crash where its checkpoint was', async (t) => {
  const home = t.testdir();
  const folders = { home, processed: home, rejected: home };
  const create = () => jsonlSink.create!(fillOptions(jsonlSink, {}), contextWith({ folders }));
  const batches = [1, 2, 3].map((n) => batchOf([['n', new NumberColumn('integer', Float64Array.of(n))]], 1));
  const out = Object.assign({}, { emit() {}, deadLetter() {}, filtered() {}, late() {}, written() {}, watermark() {} });
  const first = create();
  await first.process(batches[0]!, out, 'main');
  await first.checkpoint?.(out);
  const state = JSON.parse(JSON.stringify(first.snapshot?.()));
  await first.process(batches[1]!, out, 'main');
  await first.close?.();
  t.notOk(existsSync(join(home, 'test.enriched.jsonl')));
  const second = create();
  second.restore?.(state);
  for (const batch of batches.slice(1)) await second.process(batch, out, 'main');
  await second.flush?.(out);
  await second.close?.();
  t.equal(readFileSync(join(home, 'test.enriched.jsonl'), 'utf8'), '{"n":1}\n{"n":2}\n{"n":3}\n');
});
