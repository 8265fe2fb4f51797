import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { compiled, TARGET } from '../../../.ci/wasm/compile.ts';
import { BlockScan } from '../../../operators/csv/block-scan.ts';
import { type Dialect, dialectBytes, fillDialect } from '../../../operators/csv/dialect.ts';
import { RecordBlock } from '../../../operators/csv/record-block.ts';
import { FULL, ScanLoop } from '../../../operators/csv/scan-loop.ts';

const STRIDE = 3;

/** All that is found before the loop has to stop; with `blocks`, in turns with the loop. */
function found(text: Buffer, dialect: Partial<Dialect>, withBlocks: boolean, stride = STRIDE) {
  const bytes = Buffer.concat([text, Buffer.alloc(text.length + 1)]);
  bytes[text.length] = 10;
  const marks = dialectBytes(fillDialect(dialect));
  const block = new RecordBlock(stride, text.length);
  const loop = new ScanLoop(marks);
  loop.side = text.length + 1;
  const blocks = withBlocks ? BlockScan.of(marks, stride) : null;
  for (let status = FULL; status === FULL && !block.isFull; ) {
    blocks?.take(block, bytes, loop, text.length);
    status = loop.run(block, bytes, text.length, false);
  }
  const { rows, recordStarts, recordEnds, lines } = block;
  const cells = Array.from({ length: rows * stride }, (_, i) =>
    bytes.toString('latin1', block.starts[i], block.ends[i]),
  );
  const bounds = [recordStarts, recordEnds, lines].map((values) => [...values.subarray(0, rows)]);
  return { rows, cells, bounds, position: loop.position, line: loop.line };
}

const plain = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '#', '\\', ';'), maxLength: 70 });
const quoted = fc
  .string({ unit: fc.constantFrom('a', ',', 'ü', ' ', '""', '\n', '\r', ';'), maxLength: 70 })
  .map((text) => `"${text}"`);
const tidy = fc.string({ unit: fc.constantFrom('a', ',', 'ü'), maxLength: 70 }).map((text) => `"${text}"`);
const stray = fc.constantFrom('a"', '"a"b', '\r', '"', '\0', 'a\rb', ',', '');
const cell = fc.oneof({ weight: 20, arbitrary: plain }, { weight: 10, arbitrary: tidy }, quoted, stray);
const record = fc
  .tuple(fc.array(cell, { minLength: STRIDE, maxLength: STRIDE }), fc.constantFrom('\n', '\n', '\r\n'))
  .map(([cells, lineBreak]) => cells.join(',') + lineBreak);
const files = fc.array(fc.oneof({ weight: 60, arbitrary: record }, fc.constantFrom('\n', '\r\n', 'a\n', '\r')), {
  maxLength: 60,
});

t.test('finds what the loop finds alone', (t) => {
  const dialects: Partial<Dialect>[] = [
    {},
    { relaxQuotes: true },
    { quoteChar: null },
    { doubleQuote: false },
    { maxRecordBytes: 40 },
    { delimiter: ';' },
    { escapeChar: '\\' },
    { commentChar: '#' },
    { skipInitialSpace: true },
  ];
  const isSame = (records: string[], dialect: Partial<Dialect>) => {
    const text = Buffer.from(records.join(''));
    t.strictSame(found(text, dialect, true), found(text, dialect, false));
  };
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(files, fc.constantFrom(...dialects), (...args) => void isSame(...args)),
      { numRuns: 600 },
    ),
  );
  t.end();
});

t.test('goes on where a record stands across the bytes that are looked at together', (t) => {
  const rows = Array.from({ length: 9000 }, (_, i) => `${i},"${'x'.repeat(i % 97)}",${i % 7 === 0 ? '' : 'end'}\r\n`);
  const text = Buffer.from(rows.join(''));
  const all = found(text, {}, true);
  t.strictSame(all, found(text, {}, false));
  t.equal(all.rows, rows.length);
  t.end();
});

t.test('has room for as many cells and records as can be in its bytes', (t) => {
  for (const [row, stride] of [
    ['a\n', 1],
    ['\n', 1],
    [',\n', 2],
    [`${','.repeat(32_767)}\n`, 32_768],
    [`${','.repeat(32_768)}\n`, 32_769],
  ] as const) {
    const text = Buffer.from(row.repeat(Math.ceil(140_000 / row.length)));
    t.strictSame(found(text, {}, true, stride), found(text, {}, false, stride));
  }
  t.end();
});

t.test('leaves a record that is longer than its memory to the loop', (t) => {
  const text = Buffer.from(`1,${'x'.repeat(100_000)},2\n3,4,5\n`);
  t.equal(found(text, {}, true).rows, 2);
  t.end();
});

t.test('readers that take turns do not see each other’s bytes', (t) => {
  const marks = dialectBytes(fillDialect({}));
  const readers = ['a,b,c\nd,e,f\n', '1,22,333\n4444,55,6\n'].map((text) => {
    const loop = new ScanLoop(marks);
    return { bytes: Buffer.from(text), loop, scan: BlockScan.of(marks, STRIDE) };
  });
  for (const row of [0, 1]) {
    const cells = readers.map(({ bytes, loop, scan }) => {
      const block = new RecordBlock(STRIDE, 1);
      // Room for one record, so that each leaves bytes behind for its next turn.
      t.equal(block.capacity, 2);
      block.rows = 1;
      scan?.take(block, bytes, loop, bytes.length);
      return bytes.toString('latin1', block.starts[STRIDE], block.ends[2 * STRIDE - 1]);
    });
    t.strictSame(cells, row === 0 ? ['a,b,c', '1,22,333'] : ['d,e,f', '4444,55,6']);
  }
  t.end();
});

t.test('the code is that of the source', async (t) => {
  t.equal(readFileSync(TARGET, 'utf8'), await compiled(), 'run `node .ci/wasm/compile.ts`');
});
