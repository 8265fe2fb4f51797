import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { DIRT, generateSales } from '../../jobs/generate.ts';
import { homeAt, initHome, makeFolders } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { figure, TILL } from './home-with.ts';
import { drop, type MakeHome, rejectedRows, replays, type Spoilt } from './replaying.ts';

/** Homes with one dataset, of four columns unless told otherwise, and maybe others. */
const homesWith =
  (changes: object, others: object = {}): MakeHome =>
  async (dir) => {
    const home = homeAt(dir);
    await makeFolders(home);
    await writeFile(home.config, JSON.stringify({ datasets: { till: { ...TILL, ...changes }, ...others } }));
    return home;
  };

const oneHome = (t: Test, ...config: Parameters<typeof homesWith>) => homesWith(...config)(join(t.testdir(), 'home'));

async function generated(out: string, dirty: number, quoted: boolean): Promise<string[]> {
  const { files } = await generateSales({ out, rows: 1500, days: 1, single: true, seed: 11, dirty, quoted });
  const lines = (await readFile(files[0]!, 'latin1')).split('\n').slice(1, -1);
  // The only dirt with a line break in it has it in the last but four cell.
  return lines.reduce<string[]>((records, line) => {
    if (/^",/.test(line)) records.push(`${records.pop()}\n${line}`);
    else records.push(line);
    return records;
  }, []);
}

const lined = (records: readonly Buffer[], header: string) =>
  Buffer.concat([Buffer.from(header), ...records.flatMap((record) => [record, Buffer.from('\n')])]);

for (const quoted of [false, true]) {
  t.test(`generated sales with dirt of all kinds${quoted ? ', cells quoted' : ''}`, async (t) => {
    const dir = t.testdir();
    const header =
      'order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method\n';
    const clean = await generated(join(dir, 'clean'), 0, quoted);
    const dirty = (await generated(join(dir, 'dirty'), 0.4, quoted)).map((record) => Buffer.from(record, 'latin1'));
    t.equal(dirty.length, clean.length);
    const spoilt: Spoilt = {
      ...{ name: 'sales_day.csv', clean, dirty, firstLine: 2 },
      file: (records) => lined(records, header),
    };
    const home = await replays(t, spoilt, initHome);
    const reasons = figure(home, 'SELECT count(DISTINCT reason) FROM dead_letters');
    t.equal(
      reasons,
      new Set(DIRT.filter((dirt) => dirt.expected === 'dead_letter').map((dirt) => dirt.reasons[0])).size,
    );
  });
}

const HEADER = 'sold,article,pieces,price\n';
const CLEAN = Array.from({ length: 40 }, (_, i) => `2025-03-${10 + (i % 20)},A${i},${1 + (i % 5)},1.50`);
/** Breaks every fourth record, in turn as told. */
const spoiltBy = (breaks: readonly ((record: string) => string | Buffer)[], clean = CLEAN) =>
  clean.map((record, i) => (i % 4 === 1 ? breaks[((i - 1) / 4) % breaks.length]!(record) : record));
const BREAKS = [
  (record: string) => record.replace(/,1\.50$/, ',free'),
  (record: string) => record.replace(/^[^,]+/, '2025-02-31'),
  (record: string) => `${record},more`,
  (record: string) => record.replace(',1.50', ''),
  (record: string) => record.replace('A', '"A'),
  (record: string) => Buffer.concat([Buffer.from(record), Buffer.of(0xe9)]),
  (record: string) => record.replace(/,A\d+,/, ',,'),
];

const TEXTS = ['SET/6 "FANCY" CUPS, RED', '=SUM(A1)', ' padded ', 'two\nlines', 'Café \\x9 €', "5' pole", 'plain', '"'];
const quotedText = (text: string) => `"${text.replaceAll('"', '""')}"`;

t.test('descriptions full of quotes, delimiters and line breaks', async (t) => {
  const header = 'sold,article,pieces,price,Description\n';
  const clean = CLEAN.map((record, i) => `${record},${quotedText(TEXTS[i % TEXTS.length]!)}`);
  const breaks = [
    (record: string) => record.replace(',1.50,', ',free,'),
    (record: string) => `${record},"more, and more"`,
    (record: string) => record.replace(',1.50', ''),
    (record: string) => record.replace(/"$/, '"x"'),
    (record: string) => record.replace(',1.50,', ',1"50,'),
  ];
  // Every TEXT meets every way to break it.
  const dirty = clean.map((record, i) => breaks[(i + Math.floor(i / TEXTS.length)) % breaks.length]!(record));
  const spoilt = { name: 'shop.csv', clean, dirty, firstLine: 2, file: (all: readonly Buffer[]) => lined(all, header) };
  const home = await replays(t, spoilt, homesWith({ contract: { columns: 'evolve' } }));
  const kept = figure(home, "SELECT count(DISTINCT attributes ->> 'Description') FROM sale_attributes");
  t.equal(kept, TEXTS.length, 'every description came through');
});

t.test('quotes amid cells, where the dialect takes them for text', async (t) => {
  const clean = CLEAN.map((record, i) => record.replace(/A\d+/, `12" plate ${i}`));
  const dirty = spoiltBy([BREAKS[0]!, BREAKS[2]!, BREAKS[3]!], clean);
  const file = (records: readonly Buffer[]) => lined(records, HEADER);
  const spoilt = { name: 'a.csv', relaxQuotes: true, clean, dirty, firstLine: 2, file };
  await replays(t, spoilt, homesWith({ dialect: { relaxQuotes: true } }));
});

t.test('a file in Windows-1252, with lines before its header, semicolons and gzip', async (t) => {
  const clean = CLEAN.map((record, i) => record.replace(/A\d+/, `Crème ${i} €`).replaceAll(',', ';'));
  const breaks = BREAKS.slice(0, 5).map(
    (spoil) => (record: string) =>
      (spoil(record.replaceAll(';', ',').replace('Crème', 'ACrème')) as string)
        .replace('ACrème', 'Crème')
        .replaceAll(',', ';'),
  );
  const dirty = spoiltBy(breaks, clean);
  const latin = (records: readonly Buffer[]) =>
    Buffer.from(
      `Export\nof "today\n${HEADER.replaceAll(',', ';')}${records.join('\n')}\n`.replaceAll('€', '\x80'),
      'latin1',
    );
  const dialect = { delimiter: ';', encoding: 'windows-1252', skipRows: 2, compression: 'gzip' };
  const home = await replays(
    t,
    { name: 'till-07.csv.gz', delimiter: ';', clean, dirty, firstLine: 4, file: (all) => gzipSync(latin(all)) },
    homesWith({ dialect, match: { ...TILL.match, files: ['till-??.csv.gz'] } }),
  );
  t.equal(figure(home, "SELECT count(*) FROM products WHERE product_id GLOB 'Crème [0-9]* €'"), 40);
});

t.test('a file without header', async (t) => {
  const spoilt = {
    clean: CLEAN,
    dirty: spoiltBy(BREAKS),
    firstLine: 1,
    file: (all: readonly Buffer[]) => lined(all, ''),
  };
  const home = await replays(
    t,
    { name: 'till 1.csv', ...spoilt },
    homesWith({ dialect: { header: false }, match: { files: ['till ?.csv'] } }),
  );
  const report = await drop(home, 'till 2.csv', `${CLEAN[0]},more\n`).catch((error: Error) => error);
  t.match(report, Error, 'the number of columns is judged as ever');
});

t.test('cells that are never quoted', async (t) => {
  const clean = CLEAN.map((record, i) => record.replace(/A\d+/, `5" \\x41 pipe ${i}`).replaceAll(',', '|'));
  const dirty = spoiltBy(
    BREAKS.filter((_, i) => i !== 4 && i !== 6).map((spoil) => (record: string) => {
      const broken = spoil(record.replaceAll('|', ','));
      return typeof broken === 'string'
        ? broken.replaceAll(',', '|')
        : Buffer.from(broken.toString('latin1').replaceAll(',', '|'), 'latin1');
    }),
    clean,
  );
  const file = (records: readonly Buffer[]) => lined(records, HEADER.replaceAll(',', '|'));
  const dialect = { delimiter: '|', quoteChar: null };
  const spoilt = { name: 'bare.csv', delimiter: '|', quote: null, clean, dirty, firstLine: 2, file };
  const home = await replays(t, spoilt, homesWith({ dialect }));
  t.equal(figure(home, "SELECT count(*) FROM products WHERE product_id GLOB '5\" \\x41 pipe *'"), 40);
});

t.test('contracts that freeze, with more rejected values than sound ones', async (t) => {
  const dirty = CLEAN.map((record, i) => (i % 8 === 0 ? record : record.replace(',1.50', ',free')));
  const spoilt = { name: 'a.csv', clean: CLEAN, firstLine: 2, file: (all: readonly Buffer[]) => lined(all, HEADER) };
  const few = spoiltBy([BREAKS[1]!, BREAKS[5]!]);
  await replays(t, { ...spoilt, dirty: few }, homesWith({ contract: { columns: 'freeze', types: 'freeze' } }));
  await replays(t, { ...spoilt, dirty }, homesWith({ contract: { columns: 'discard_row' } }));
});

t.test('mended records complete a dataset that files replace', async (t) => {
  const file = (records: readonly Buffer[]) => lined(records, HEADER);
  const home = await replays(
    t,
    { name: 'a.csv', clean: CLEAN, dirty: spoiltBy(BREAKS), firstLine: 2, file },
    homesWith({ disposition: 'replace' }),
  );
  await drop(home, 'b.csv', `${HEADER}${CLEAN[0]}\n`);
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 1, 'the next file replaces them all');
});

t.test("rejected rows stand in the file's own order and columns, a renamed one under its field's name", async (t) => {
  const home = await oneHome(t, { match: { header: ['sold', 'pieces', 'price'] } });
  await drop(home, 'before.csv', HEADER + CLEAN.join('\n'));
  const records = CLEAN.map((record, i) => {
    const [sold, article, pieces, price] = record.split(',');
    return [price, i === 3 ? 'two' : pieces, article, 'x', sold].join();
  });
  const report = await drop(home, 'after.csv', `price,pieces,article_code,colour,sold\n${records.join('\n')}\n`);
  t.match(report, { read: 40, dead_lettered: 1 });
  const [row] = await rejectedRows(report.rejected!, {});
  t.strictSame(Object.keys(row!).slice(0, 5), ['price', 'pieces', 'article', 'colour', 'sold']);
  const text = (await readFile(report.rejected!, 'utf8')).replace(',two,', ',4,');
  t.match(await drop(home, 'after.rejected-2.csv', text), { read: 1, inserted: 1 });
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 80);
});

t.test('records too long, also by a quote left open', async (t) => {
  const long = `2025-03-01,${'A'.repeat(300)},2,1.50`;
  const lines = [CLEAN[0], long, ...CLEAN.slice(1, 5), '2025-03-01,"B,2,1.50', ...CLEAN.slice(5), ''];
  const home = await oneHome(t, { dialect: { maxRecordBytes: 200 } });
  const report = await drop(home, 'a.csv', HEADER + lines.join('\n'));
  const [first] = [await rejectedRows(report.rejected!, {})];
  t.strictSame(
    first.map(({ tillstream_reason: reason }) => reason),
    ['record_too_long', 'record_too_long'],
  );
  const again = await drop(home, 'a.rejected-1.csv', await readFile(report.rejected!));
  t.strictSame(
    (await rejectedRows(again.rejected!, {})).map(({ tillstream_line: _, ...row }) => row),
    first.map(({ tillstream_line: _, ...row }) => row),
  );
});

t.test('of two datasets that are read differently, rejected rows find their own', async (t) => {
  const other = { ...TILL, dialect: { delimiter: ';' } };
  const home = await oneHome(t, {}, { semicolons: other });
  const report = await drop(home, 'a.csv', `${HEADER}2025-03-01,A,two,1.50\n`.replaceAll(',', ';'));
  t.equal(report.dataset, 'semicolons');
  const text = (await readFile(report.rejected!, 'utf8')).replace(';two;', ';2;');
  t.match(await drop(home, 'mended.csv', text), { dataset: 'semicolons', inserted: 1 });
});

t.test('the same rejected rows twice are one file', async (t) => {
  const home = await oneHome(t, {});
  const report = await drop(home, 'a.csv', `${HEADER}2025-03-01,A,two,1.50\n`);
  const bytes = await readFile(report.rejected!);
  await drop(home, 'a.rejected-1.csv', bytes);
  await t.rejects(drop(home, 'a.rejected-1.csv', bytes), /unchanged/);
  t.match(await ingest({ home }), { files: [] });
});
