import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import t from 'tap';
import { type Dialect, dialectBytes, fillDialect } from '../../../operators/csv/dialect.ts';
import { Scanner } from '../../../operators/csv/scanner.ts';
import { Windows } from '../../../operators/csv/windows.ts';
import { csvBytes, dialects } from './arbitrary.ts';
import { breaks, type OracleRecord, oracle } from './oracle.ts';

/** What became of a record. */
interface Outcome {
  readonly line: number;
  readonly start: number;
  readonly raw: string;
  readonly cells?: readonly string[];
  readonly reason?: string;
  readonly faults?: readonly string[];
}

/** Reads `bytes`, `step` at a time. */
async function scan(bytes: Buffer, stride: number, dialect: Dialect, step: number): Promise<Outcome[]> {
  const names = Array.from({ length: stride }, (_, i) => `c${i}`);
  const parts = dialectBytes(dialect);
  const scanner = new Scanner({ dialect: parts, names, header: null, checkUtf8: true, line: 1 });
  const hasMark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  let at = hasMark ? 3 : 0;
  const feed = {
    async fill(buffer: Buffer, to: number, length: number) {
      const copied = bytes.copy(buffer, to, at, Math.min(at + length, bytes.length));
      at += copied;
      return copied;
    },
    async close() {},
  };
  const windows = new Windows(feed, at, step);
  const outcomes: Outcome[] = [];
  for (let window = await windows.next(); window; window = await windows.next(scanner.position)) {
    for (const { bytes: text, block } of scanner.scan(window)) {
      const base = windows.offsetOf(0);
      for (let row = 0; row < block.rows; row++) {
        const cells = names.map((_, i) =>
          text.toString('utf8', block.starts[row * stride + i], block.ends[row * stride + i]),
        );
        const start = block.recordStarts[row]!;
        const raw = text.toString('latin1', start, block.recordEnds[row]);
        outcomes.push({ line: block.lines[row]!, start: base + start, raw, cells });
      }
      for (const { line, start, end, faults, reason } of block.rejects) {
        const raw = text.toString('latin1', start, end);
        const what = reason ? { reason } : { faults: faults.map(({ code }) => code) };
        outcomes.push({ line, start: base + start, raw, ...what });
      }
    }
  }
  return outcomes.sort((a, b) => a.start - b.start);
}

/**
 * What csv-parse makes of it, beginning anew on the next line after a record that is too long, and after a line with a quote that
 * is never closed.
 */
function expected(bytes: Buffer, stride: number, dialect: Dialect): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let at = 0, more = true; more; ) {
    more = false;
    for (const record of oracle(bytes.subarray(at), dialect, at === 0)) {
      const place = { start: at + record.start, end: at + record.end, line: breaks(bytes, 0, at) + record.line };
      const isLong = record.end - record.start > dialect.maxRecordBytes;
      if (!isLong && !record.open) outcomes.push(outcomeOf({ ...record, ...place }, bytes, stride));
      else {
        const lineEnd = firstBreak(bytes, place.start);
        const end = isLong ? cut(bytes, place.start, lineEnd, dialect.maxRecordBytes) : lineEnd;
        outcomes.push(givenUp(bytes, { ...place, end }, isLong ? 'record_too_long' : 'bad_quoting'));
        at = afterBreak(bytes, lineEnd);
        more = true;
        break;
      }
    }
  }
  return outcomes;
}

function outcomeOf(record: OracleRecord, bytes: Buffer, stride: number): Outcome {
  const { cells, faulty, start, end, line, validUtf8 } = record;
  const place = { line, start, raw: bytes.toString('latin1', start, end) };
  const utf8 = validUtf8 ? [] : ['invalid_encoding'];
  if (faulty) return { ...place, faults: ['bad_quoting', ...utf8] };
  const blank = cells.every((cell) => /^[\0-\x20]*$/.test(cell));
  if (blank) return { ...place, reason: 'blank_row' };
  if (cells.length > stride) return { ...place, faults: ['too_many_fields', ...utf8] };
  if (cells.length < stride) return { ...place, faults: ['too_few_fields', ...utf8] };
  return validUtf8 ? { ...place, cells } : { ...place, faults: utf8 };
}

interface Place {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

function givenUp(bytes: Buffer, { line, start, end }: Place, fault: string): Outcome {
  const utf8 = isUtf8(bytes.subarray(start, end)) ? [] : ['invalid_encoding'];
  return { line, start, raw: bytes.toString('latin1', start, end), faults: [fault, ...utf8] };
}

/** At most so many bytes, cut between characters. */
function cut(bytes: Buffer, start: number, lineEnd: number, most: number): number {
  let end = Math.min(lineEnd, start + most);
  while (end < lineEnd && end > start && (bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

function firstBreak(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
  return at;
}

function afterBreak(bytes: Buffer, at: number): number {
  return bytes[at] === 13 && bytes[at + 1] === 10 ? at + 2 : at + 1;
}

function same(found: readonly Outcome[], wanted: readonly Outcome[]): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`found  ${a}\nwanted ${b}`);
}

const strides = fc.integer({ min: 1, max: 4 });

t.test('agrees with csv-parse on every input, dialect and chunk size', async (t) => {
  const property = fc.asyncProperty(
    csvBytes,
    dialects,
    strides,
    fc.integer({ min: 1, max: 90 }),
    async (bytes, dialect, stride, step) => {
      same(await scan(bytes, stride, dialect, step), expected(bytes, stride, dialect));
    },
  );
  await fc.assert(property, { numRuns: Number(process.env.CSV_RUNS ?? 5_000) });
  t.pass('all inputs');
});

t.test('agrees with csv-parse wherever the input is split', async (t) => {
  const property = fc.asyncProperty(csvBytes, strides, async (bytes, stride) => {
    const whole = expected(bytes, stride, fillDialect());
    for (let step = 1; step <= bytes.length + 1; step++) same(await scan(bytes, stride, fillDialect(), step), whole);
  });
  await fc.assert(property, { numRuns: 200 });
  t.pass('all splits');
});

t.test('goes on with the next line after a record that is too long', async (t) => {
  const property = fc.asyncProperty(
    csvBytes,
    dialects,
    strides,
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 1, max: 30 }),
    async (bytes, anyDialect, stride, step, maxRecordBytes) => {
      const dialect = { ...anyDialect, maxRecordBytes };
      same(await scan(bytes, stride, dialect, step), expected(bytes, stride, dialect));
    },
  );
  await fc.assert(property, { numRuns: Number(process.env.CSV_RUNS ?? 2_000) });
  t.pass('all inputs');
});

t.test('takes no time in proportion to the square of the quotes left open', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i},"abcdefghij\n`).join(''));
  const began = process.cpuUsage();
  const outcomes = await scan(bytes, 2, fillDialect({ maxRecordBytes: 500_000 }), 1_048_576);
  t.ok(process.cpuUsage(began).user < 5_000_000);
  t.equal(outcomes.length, 100_000);
  t.ok(outcomes.every(({ faults }) => faults?.length === 1));
});

t.test('counts lines as csv-parse does, but CRLF within quotes once', async (t) => {
  const property = fc.property(csvBytes, dialects, (bytes, dialect) => {
    if (bytes.includes('\r\n')) return;
    for (const { start, end, line, lastLine } of oracle(bytes, dialect)) {
      if (line + breaks(bytes, start, end) !== lastLine) throw new Error(`ends on ${lastLine}, began on ${line}`);
    }
  });
  fc.assert(property, { numRuns: 5_000 });
  t.pass('all inputs');
});
