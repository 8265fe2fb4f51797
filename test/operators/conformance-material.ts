import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Batch, DEAD_LETTER, Provenance, type Split } from '../../engine/batch.ts';
import {
  BytesColumn,
  type Column,
  dictionaryColumn,
  identifierColumn,
  NumberColumn,
  TextColumn,
} from '../../engine/column.ts';
import type { Services } from '../../engine/services.ts';
import type { Folders } from '../../operators/csv-output/folders.ts';

export const split: Split = { fileId: 1, file: 'sales.csv', part: 0 };

const HEADER = ['order_id', 'line', 'sold_at', 'store_id', 'product_id', 'quantity', 'unit_price', 'note'];

/** Lines of a small file of sales: some repeat, some cells are missing, quoted or wrong. */
function lines(): string[] {
  return Array.from({ length: 30 }, (_, i) => {
    const n = i % 11 === 10 ? i - 1 : i;
    const note = n % 3 === 0 ? `"said ""${n}"", twice"` : '';
    const price = n % 7 === 6 ? 'dear' : (10 + n / 4).toFixed(2);
    const store = n % 5 === 4 ? '' : `S${n % 3}`;
    return `ORD-${1000 + n},${n % 4},2026-0${1 + (n % 3)}-1${n % 10},${store},P${n % 6},${n % 4},${price},${note}`;
  });
}

export const CSV = `${[HEADER.join(','), ...lines()].join('\n')}\n`;

const CELL = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;

/** The file as its source gives it: cells as bytes. */
export function rawBatches(): Batch[] {
  const bytes = Buffer.from(lines().join('\n'));
  const starts: number[] = [];
  const ends: number[] = [];
  const recordStarts: number[] = [];
  const recordEnds: number[] = [];
  let at = 0;
  for (const line of lines()) {
    recordStarts.push(at);
    let cell = at;
    for (const [, text] of [...line.matchAll(CELL)].slice(0, HEADER.length)) {
      // Good enough for these cells: a quoted one is taken without its quotes, doubled ones inside stay.
      const quoted = text!.startsWith('"') ? 1 : 0;
      starts.push(cell + quoted);
      ends.push(cell + text!.length - quoted);
      cell += text!.length + 1;
    }
    at += line.length;
    recordEnds.push(at);
    at++;
  }
  const length = recordStarts.length;
  const [s, e] = [Int32Array.from(starts), Int32Array.from(ends)];
  const columns = HEADER.map((name, i) => [name, new BytesColumn(bytes, s, e, HEADER.length, i, length)] as const);
  const provenance = new Provenance(
    Int32Array.from({ length }, (_, i) => i + 2),
    Float64Array.from(recordStarts),
    bytes,
    Int32Array.from(recordStarts),
    Int32Array.from(recordEnds),
  );
  return [new Batch({ split, sequence: 0, provenance, columns: new Map<string, Column>(columns), length })];
}

const decimals = (scale: number, of: (row: number) => number) =>
  new NumberColumn(
    'decimal',
    Float64Array.from({ length: 30 }, (_, row) => of(row)),
    scale,
  );

/** The same sales in canonical columns, as `validate` gives them. */
export function salesBatches(): Batch[] {
  const [raw] = rawBatches();
  const texts = (of: (row: number) => string | null) => Array.from({ length: 30 }, (_, row) => of(row));
  const columns = new Map<string, Column>([
    ['order_id', identifierColumn(texts((row) => `ORD-${1000 + (row % 25)}`))],
    [
      'line',
      new NumberColumn(
        'integer',
        Float64Array.from({ length: 30 }, (_, row) => row % 5),
      ),
    ],
    [
      'sold_at',
      new NumberColumn(
        'datetime',
        Float64Array.from({ length: 30 }, (_, row) => 1.78e9 + 3600 * row),
      ),
    ],
    ['store_id', dictionaryColumn(texts((row) => (row % 5 === 4 ? null : `S${row % 3}`)))],
    ['region', dictionaryColumn(texts((row) => ['North', 'South', 'West'][row % 3]!))],
    ['product_id', dictionaryColumn(texts((row) => `P${row % 6}`))],
    ['quantity', decimals(1000, (row) => 1000 * ((row % 4) - 1))],
    ['unit_price', decimals(10_000, (row) => 102_500 + 100 * row)],
    ['unit_cost', decimals(10_000, (row) => (row % 4 === 0 ? Number.NaN : 51_200))],
    ['revenue', decimals(10_000, (row) => ((row % 4) - 1) * (102_500 + 100 * row))],
    ['attributes', new TextColumn(texts((row) => JSON.stringify({ note: `n, "${row}"` })))],
  ]);
  return [new Batch({ split, sequence: 0, provenance: raw!.provenance, columns, length: 30 })];
}

/** Dead letters of some of these records, as the engine makes them. */
export function letterBatches(): Batch[] {
  const rows = Int32Array.of(3, 6, 13, 20);
  const { provenance } = rawBatches()[0]!.select(rows);
  const fault = { code: 'not_a_number', field: 'unit_price', message: 'unit_price: expected a number, got "dear"' };
  const text = (of: (i: number) => string) => new TextColumn(Array.from(rows, (_, i) => of(i)));
  const columns = new Map<string, Column>([
    ['operator', text(() => 'validate')],
    ['reason', text(() => fault.code)],
    ['field', text(() => fault.field)],
    ['message', text(() => fault.message)],
    ['faults', text(() => JSON.stringify([fault]))],
    ['raw', text((i) => provenance.raw(i))],
  ]);
  return [new Batch({ split, sequence: 0, provenance, columns, length: rows.length, port: DEAD_LETTER })];
}

export const HEADER_NAMES: readonly string[] = HEADER;

/** A home of its own in a folder that goes when the process ends. */
export function home(): { services: Services; folders: Folders } {
  const dir = mkdtempSync(join(tmpdir(), 'tillstream-conformance-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  process.setMaxListeners(0);
  writeFileSync(join(dir, 'sales.csv'), CSV);
  const folders: Folders = { home: dir, processed: join(dir, 'processed'), rejected: join(dir, 'rejected') };
  return { services: { folders }, folders };
}

/** Names and contents of all files that were written. */
export function writtenFiles({ folders }: Services): Record<string, string> {
  const { processed, rejected } = folders as Folders;
  return { ...filesIn(processed), ...filesIn(rejected) };
}

function filesIn(folder: string): Record<string, string> {
  try {
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } catch {
    return {};
  }
}
