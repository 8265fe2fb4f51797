import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { tillstream } from '../bin/terminal-in-memory.ts';
import { contentsOf, figure } from './home-with.ts';

/** A file whose records are known twice: as they should be and as they are. */
export interface Spoilt {
  readonly name: string;
  readonly delimiter?: string;
  /** null where cells are never quoted. */
  readonly quote?: string | null;
  readonly relaxQuotes?: boolean;
  readonly clean: readonly string[];
  /** The same records, spoilt or not. Some may be blank, or the header once more: they are filtered. */
  readonly dirty: readonly (string | Buffer)[];
  /** Line of the first record. */
  readonly firstLine: number;
  /** The file's bytes from its records. */
  readonly file: (records: readonly Buffer[]) => Buffer;
}

export type RejectedRow = Readonly<Record<string, string>>;

/** Makes a home in a folder. */
export type MakeHome = (dir: string) => Promise<Home>;

/** The rows of a CSV of rejected records, as any reader of CSV finds them. */
export async function rejectedRows(path: string, { delimiter = ',', quote = '"' }: Partial<Spoilt>) {
  const bytes = await readFile(path);
  return parse(bytes, { bom: true, columns: true, delimiter, quote, relax_quotes: true }) as RejectedRow[];
}

/**
 * Loads the spoilt file; drops what was rejected once more as it is: each row is rejected for the same reason and nothing else
 * changes; mends it, every second row within `tillstream_raw` where it stands there: all are loaded, and the warehouse holds what
 * it holds of the clean file. `homeOf` makes homes that are alike.
 */
export async function replays(t: Test, spoilt: Spoilt, homeOf: MakeHome): Promise<Home> {
  const dir = t.testdir();
  const [home, cleanHome] = [await homeOf(join(dir, 'dirty')), await homeOf(join(dir, 'clean'))];
  await drop(cleanHome, spoilt.name, spoilt.file(spoilt.clean.map((record) => Buffer.from(record))));
  const dirty = spoilt.dirty.map((record) => Buffer.from(record as string));
  const first = await drop(home, spoilt.name, spoilt.file(dirty));
  const rows = await rejectedRows(first.rejected!, spoilt);
  t.equal(first.dead_lettered, rows.length);
  t.ok(rows.length > 0, 'there is dirt');
  await unmended(t, home, first.rejected!, rows, spoilt);
  await mended(t, home, first.rejected!, rows, spoilt);
  const sold = 'SELECT count(*) || sum(revenue) || sum(quantity) || max(day) FROM sales';
  t.equal(figure(home, sold), figure(cleanHome, sold), 'the same records, revenue and pieces as of the clean file');
  return home;
}

/** Puts a file in the inbox and loads it. */
export async function drop(home: Home, name: string, bytes: Buffer | string) {
  await writeFile(join(home.raw, name), bytes);
  const { files, ledger } = await ingest({ home });
  const [report] = files;
  if (report?.status !== 'done' || !ledger.balanced) throw new Error(JSON.stringify(files, null, 2));
  return report;
}

const NO_SALES = ['files', 'dead_letters', 'ledger'];

async function unmended(t: Test, home: Home, path: string, rows: readonly RejectedRow[], spoilt: Spoilt) {
  const sales = () => Object.entries(contentsOf(home)).filter(([part]) => !NO_SALES.includes(part));
  const before = sales();
  const again = await drop(home, basename(path), await readFile(path));
  t.match(again, { read: rows.length, inserted: 0, dead_lettered: rows.length, balanced: true });
  t.strictSame(sales(), before, 'no sale has come or gone');
  const told = ({ tillstream_line: _, ...rest }: RejectedRow) => JSON.stringify(rest);
  t.strictSame(
    (await rejectedRows(again.rejected!, spoilt)).map(told).sort(),
    rows.map(told).sort(),
    'each row again, for the same reasons',
  );
}

async function mended(t: Test, home: Home, path: string, rows: readonly RejectedRow[], spoilt: Spoilt) {
  const { delimiter = ',', quote = '"', clean, dirty, firstLine, name } = spoilt;
  const { relaxQuotes = false } = spoilt;
  const at = new Map<number, number>();
  for (let i = 0, line = firstLine; i < dirty.length; line += dirty[i++]!.toString().split('\n').length)
    at.set(line, i);
  const header = Object.keys(rows[0]!);
  const cell = (text: string) => (quote === null ? text : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`);
  const cellsOf = (record: string) =>
    parse(record, { delimiter, quote, relax_quotes: relaxQuotes })[0] as readonly string[];
  const asCells = (record: string) => [...cellsOf(record), '', '', '', ''];
  const lines = rows.map((row, i) => {
    const record = clean[at.get(Number(row.tillstream_line))!]!;
    if (row.tillstream_raw === '' || i % 2 === 0) return asCells(record);
    const { tillstream_reason: reason = '', tillstream_message: message = '', tillstream_line: line = '' } = row;
    const plain = record.replaceAll('\\x', '\\x5Cx');
    const raw = quote === null ? plain.replaceAll(delimiter, hexOf(delimiter)) : plain;
    return [...Array<string>(header.length - 4).fill(''), reason, message, line, raw];
  });
  // Records that were blank are nowhere: they can only be added.
  const lost = clean.filter((_, i) => isFiltered(dirty[i]!.toString(), delimiter)).map(asCells);
  const text = [header, ...lines, ...lost].map((cells) => `${cells.map(cell).join(delimiter)}\n`);
  const report = await drop(home, basename(path), `\uFEFF${text.join('')}`);
  t.match(report, { read: rows.length + lost.length, inserted: rows.length + lost.length, dead_lettered: 0 }, name);
  t.match(await (await tillstream(['verify', '--json', '--home', home.dir])).json(), { ok: true, differences: [] });
}

function isFiltered(record: string, delimiter: string): boolean {
  return record.replaceAll(delimiter, '') === '' || record.startsWith('order_id');
}

const hexOf = (character: string) => `\\x${character.charCodeAt(0).toString(16).toUpperCase()}`;
