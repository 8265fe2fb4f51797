import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DIRT, generateSales, type ManifestEntry, writeCatalogue } from '../../jobs/generate.ts';

function entries(manifest: string | undefined): ManifestEntry[] {
  const lines = readFileSync(manifest ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as ManifestEntry);
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'latin1').split('\n');
}

/** A row that nothing was done to. */
const CLEAN =
  /^O\d{9},[1-6],2025-12-\d\d ([01]\d|2[0-3]):\d\d:\d\d,S\d{3},P\d{4},(C\d{6})?,-?[1-9]\d?,\d+\.\d\d,0(\.\d+)?,[a-z_]+$/;

t.test('the manifest names every spoilt line and no other', async (t) => {
  const out = t.testdir();
  const made = await generateSales({ out, rows: 20_000, days: 3, dirty: 0.02 });
  const spoilt = new Map(entries(made.manifest).map((entry) => [`${entry.file}:${entry.line}`, entry]));
  for (const file of made.files) {
    const name = file.slice(out.length + 1);
    const lines = linesOf(file);
    for (let i = 1; i < lines.length - 1; i++) {
      const entry = spoilt.get(`${name}:${i + 1}`);
      spoilt.delete(`${name}:${i + 1}`);
      if (CLEAN.test(lines[i] ?? '') !== (entry === undefined)) t.fail(`${name}:${i + 1} ${entry?.kind}: ${lines[i]}`);
      if (entry?.kind === 'line_break_in_quotes') i++;
    }
  }
  t.equal(spoilt.size, 0, 'every entry has its line');
});

t.test('deals out every kind, and tells how many records end where', async (t) => {
  const made = await generateSales({ out: t.testdir(), rows: 10_000, days: 2, dirty: 0.05 });
  const found = entries(made.manifest);
  t.ok(DIRT.length >= 12);
  t.strictSame(new Set(found.map(({ kind }) => kind)), new Set(DIRT.map(({ kind }) => kind)));
  const ending = (fate: string): number => found.filter(({ expected }) => expected === fate).length;
  t.equal(made.expected.deadLettered, ending('dead_letter'));
  t.equal(made.expected.filtered, ending('filtered'));
  t.equal(made.expected.accepted, 10_000 - ending('dead_letter') - ending('filtered'));
  t.ok(Math.abs(found.length - 500) < 100, 'about the fraction asked for');
});

t.test('rows left alone are those of the clean data', async (t) => {
  const dirs = t.testdir({ clean: {}, dirty: {} });
  const clean = await generateSales({ out: join(dirs, 'clean'), rows: 5_000, days: 1 });
  const dirty = await generateSales({ out: join(dirs, 'dirty'), rows: 5_000, days: 1, dirty: 0.1 });
  const all = new Set(linesOf(clean.files[0]!));
  const alone = linesOf(dirty.files[0]!).filter((line) => CLEAN.test(line));
  t.ok(alone.length > 4_000);
  t.ok(alone.every((line) => all.has(line)));
  t.equal(clean.manifest, undefined, 'clean data has no manifest');
});

t.test('each kind is what it says', (t) => {
  const cells = ['O000000001', '1', '2025-12-01 10:00:00', 'S001', 'P0001', '', '2', '9.99', '0', 'card'];
  const random = { below: () => 0, next: () => 0, fraction: () => 0, pick: <T>(all: readonly T[]) => all[0]! };
  const texts = new Map(DIRT.map(({ kind, spoil }) => [kind, spoil(cells, random as never).toString('latin1')]));
  t.equal(new Set(texts.values()).size, DIRT.length, 'no two are the same');
  t.equal(texts.get('blank_row'), ',,,,,,,,,');
  t.equal(texts.get('short_row'), 'O000000001,1,2025-12-01 10:00:00');
  t.equal(texts.get('decimal_comma'), 'O000000001,1,2025-12-01 10:00:00,S001,P0001,,2,9,99,0,card');
  t.equal(texts.get('quote_inside_quotes')?.split(',')[3], '"S"001"');
  t.equal(texts.get('two_faults'), 'O000000001,1,2025-12-01 10:00:00,S001,P0001,,two,-1,0,card');
  t.equal(texts.get('line_break_in_quotes')?.split(',')[5], '"\n"');
  t.notOk(Buffer.from(texts.get('invalid_utf8') ?? '', 'latin1').equals(Buffer.from(texts.get('invalid_utf8') ?? '')));
  t.end();
});

t.test('the catalogue and stores that ship are those of the default seed', async (t) => {
  const made = await writeCatalogue({ out: t.testdir() });
  const shipped = (name: string): string => readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8');
  t.equal(readFileSync(made.products, 'utf8'), shipped('product_catalog.csv'));
  t.equal(readFileSync(made.stores, 'utf8'), shipped('stores.csv'));
  t.match(shipped('product_catalog.csv'), /^product_id,product_name,category,brand,cost_price\nP0001,/);
  t.match(shipped('stores.csv'), /^store_id,store_name,region,city,opened\nS001,/);
});

t.test('a larger shop begins with the smaller one, and sales name nothing outside theirs', async (t) => {
  const dirs = t.testdir({ small: {}, large: {}, sales: {} });
  const small = await writeCatalogue({ out: join(dirs, 'small'), products: 30, stores: 5, seed: 9 });
  const large = await writeCatalogue({ out: join(dirs, 'large'), products: 60, stores: 9, seed: 9 });
  t.ok(readFileSync(large.products, 'utf8').startsWith(readFileSync(small.products, 'utf8')));
  t.ok(readFileSync(large.stores, 'utf8').startsWith(readFileSync(small.stores, 'utf8')));
  const names = linesOf(large.products).map((line) => line.split(',')[1]);
  t.equal(new Set(names).size, names.length, 'product names differ');
  const sales = await generateSales({ out: join(dirs, 'sales'), rows: 5_000, days: 2, products: 30, stores: 5 });
  const rows = sales.files.flatMap((file) =>
    linesOf(file)
      .slice(1, -1)
      .map((line) => line.split(',')),
  );
  t.ok(rows.every((row) => row[3]! <= 'S005' && row[4]! <= 'P0030'));
  t.equal(new Set(rows.map((row) => row[4])).size, 30, 'every product sells');
});
