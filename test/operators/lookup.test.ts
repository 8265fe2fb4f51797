import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import t from 'tap';
import { lookupQueries } from '../../db/lookup-queries.ts';
import { dictionaryColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { Cache } from '../../operators/lookup/cache.ts';
import { lookup } from '../../operators/lookup.ts';
import { serve } from './http-service.ts';
import { batchOf, batchOfRecords, contextWith, runThrough } from './in-memory.ts';

const skus = (...values: (string | null)[]) => [batchOf([['sku', dictionaryColumn(values)]], values.length)];
const fields = { name: 'name', price: { from: 'price', type: 'number' } };

t.test('a CSV is read by the columns needed, as people write CSVs', async (t) => {
  const home = t.testdir({
    'prices.csv': '\uFEFFother; sku ;price;name\nx;A1; 12.5 ;"Pen; blue"\n\nx;A2;;Cup\nx;A1;13;Pen\n',
  });
  const folders = { home, processed: home, rejected: home };
  const options = { on: ['sku'], fields, csv: { path: 'prices.csv', delimiter: ';' } };
  const out = await runThrough(lookup, options, skus('A1', 'A2', 'A3', null), { folders });
  t.strictSame(
    out.records().map((record) => ({ ...record })),
    [
      { sku: 'A1', name: 'Pen', price: 130_000 },
      { sku: 'A2', name: 'Cup', price: null },
      { sku: 'A3', name: null, price: null },
      { sku: null, name: null, price: null },
    ],
    'of rows with the same key the last counts; relative to the home',
  );
});

t.test('a CSV that will not do is told in words', async (t) => {
  const dir = t.testdir({ 'a.csv': 'sku,name\nA,1\nB,2\n', 'broken.csv': 'sku,name,price\n"A,1,2\n' });
  const read = (csv: object) => runThrough(lookup, { on: ['sku'], fields, csv }, skus('A'));
  await t.rejects(read({ path: join(dir, 'none.csv') }), {
    code: 'bad_reference_table',
    message: /the file is missing/,
  });
  await t.rejects(read({ path: join(dir, 'a.csv') }), { message: /expected a column "price", got: sku, name/ });
  await t.rejects(read({ path: join(dir, 'broken.csv') }), { code: 'bad_reference_table', message: /Quote/ });
  const options = { on: ['sku'], fields: { name: 'name' }, csv: { path: join(dir, 'a.csv'), maxRows: 1 } };
  await t.rejects(runThrough(lookup, options, skus('A')), { message: /more than 1 keys; raise csv.maxRows/ });
});

t.test('keys of several fields, and of numbers and dates, are compared as people write them', async (t) => {
  const rows = [
    { day: '2026-01-01', rate: 1.5, code: 'first' },
    { day: '2026-01-02', rate: 1.5, code: 'second' },
    { day: '2026-01-02', rate: 15, code: 'third' },
  ];
  const day = new NumberColumn('date', Float64Array.of(1_767_312_000, 1_767_225_600, 1_767_312_000));
  const rate = new NumberColumn('decimal', Float64Array.of(15_000, 15_000, 150_000), 10_000);
  const options = { on: ['day', 'rate'], rows, fields: { code: 'code' } };
  const out = await runThrough(lookup, options, [
    batchOf(
      [
        ['day', day],
        ['rate', rate],
      ],
      3,
    ),
  ]);
  t.strictSame(
    out.records().map(({ code }) => code),
    ['second', 'first', 'third'],
  );
});

t.test('what is found, missing or wrong: every record goes where the plan says', async (t) => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom('good', 'bad', 'none', null), { maxLength: 20 }),
    fc.constantFrom('keep', 'filter', 'dead-letter'),
    fc.constantFrom('keep', 'dead-letter'),
    async (keys, onMissing, onError) => {
      const rows = [
        { key: 'good', price: 1 },
        { key: 'bad', price: 'dear' },
      ];
      const options = { on: { k: 'key' }, rows, fields: { p: { from: 'price', type: 'integer' } }, onMissing, onError };
      const out = await runThrough(lookup, options, [batchOf([['k', new TextColumn(keys)]], keys.length)]);
      const count = (of: (key: string | null) => boolean) => keys.filter(of).length;
      const missing = count((key) => key === 'none' || key === null);
      const bad = count((key) => key === 'bad');
      const kept =
        count((key) => key === 'good') + (onMissing === 'keep' ? missing : 0) + (onError === 'keep' ? bad : 0);
      const codes = out.dead.map(({ faults }) => faults[0]!.code);
      return (
        out.records().length === kept &&
        out.records().every(({ k, p }) => p === (k === 'good' ? 1 : null)) &&
        out.left.flatMap(({ rows }) => rows).length === (onMissing === 'filter' ? missing : 0) &&
        codes.filter((code) => code === 'not_found').length === (onMissing === 'dead-letter' ? missing : 0) &&
        codes.filter((code) => code === 'not_an_integer').length === (onError === 'keep' ? 0 : bad)
      );
    },
  );
  await t.resolves(fc.assert(property));
});

t.test('a database is asked once for each key, with the key bound and not written into the query', async (t) => {
  const home = t.testdir();
  const db = new Database(join(home, 'prices.db'));
  db.exec(
    "CREATE TABLE p (sku TEXT, price REAL, name TEXT, n INTEGER); INSERT INTO p VALUES ('A', 2.5, 'Pen', 7), ('x'' OR 1', 1, 'odd', 8)",
  );
  let asked = 0;
  const sql = {
    prepare(file: string, query: string) {
      const prepared = lookupQueries.prepare(file, query);
      const first = (parameters: Record<string, string | number>) => {
        asked++;
        return prepared.first(parameters);
      };
      return { ...prepared, first };
    },
  };
  const services = { sql, folders: { home, processed: home, rejected: home } };
  const query = 'SELECT name, price FROM p WHERE sku = :sku';
  const options = { on: ['sku'], fields, sql: { database: 'prices.db', query } };
  const out = await runThrough(lookup, options, skus('A', 'B', 'A', "x' OR 1", 'B'), services);
  t.strictSame(
    out.records().map(({ name, price }) => [name, price]),
    [
      ['Pen', 25_000],
      [null, null],
      ['Pen', 25_000],
      ['odd', 10_000],
      [null, null],
    ],
  );
  t.equal(asked, 3, 'also of what is not there');
  const byNumber = {
    on: { line: 'n' },
    fields: { name: 'name' },
    sql: { database: 'prices.db', query: 'SELECT name FROM p WHERE n = :n' },
  };
  const numbered = await runThrough(lookup, byNumber, [batchOfRecords([{ line: 7 }])], services);
  t.equal(numbered.records()[0]?.name, 'Pen', 'numbers find numbers');
  db.close();
});

t.test('queries that do anything but select are refused', async (t) => {
  const home = t.testdir();
  const file = join(home, 'a.db');
  const db = new Database(file);
  db.exec('CREATE TABLE a (x); INSERT INTO a VALUES (1)');
  for (const query of [
    'DELETE FROM a',
    'SELECT 1; DELETE FROM a',
    'PRAGMA user_version',
    "ATTACH 'b.db' AS b",
    'WITH c AS (SELECT 1) DELETE FROM a',
    'SELECT nothing FROM a',
  ]) {
    t.throws(() => lookupQueries.prepare(file, query), { code: 'bad_query' }, query);
  }
  t.throws(() => lookupQueries.prepare(join(home, 'none.db'), 'SELECT 1'), { code: 'database_missing' });
  writeFileSync(join(home, 'text.db'), 'no database at all, but long enough to be taken for one '.repeat(20));
  t.throws(() => lookupQueries.prepare(join(home, 'text.db'), 'SELECT * FROM a'), {
    code: /database_corrupt|bad_query/,
  });
  const sql = { database: file, query: 'SELECT x FROM a WHERE x = :sku' };
  await t.rejects(runThrough(lookup, { on: ['sku'], fields, sql }, skus('1'), { sql: lookupQueries }), {
    code: 'bad_option',
    message: /the result of `sql.query` has no "name", "price"; there are: x/,
  });
  t.equal(db.prepare('SELECT count(*) FROM a').pluck().get(), 1);
  db.close();
});

t.test('a service is asked once for all who want the same, and again when the answer is old', async (t) => {
  let answers = 0;
  const service = await serve(({ url }, response) => {
    if (url === '/p/none') return void response.writeHead(404).end();
    return { data: url === '/p/empty' ? [] : [{ name: `${url} ${++answers}`, price: 1 }] };
  });
  t.teardown(() => service.close());
  let now = 0;
  const options = {
    on: ['sku'],
    fields,
    http: { url: `${service.origin}/p/{sku}`, results: 'data' },
    cache: { size: 10, maxAgeMs: 100 },
  };
  const instance = lookup.create!(fillOptions(lookup, options), { ...contextWith(), now: () => now });
  const { Collected } = await import('./in-memory.ts');
  const round = async () => {
    const out = new Collected();
    for (const batch of skus('A', 'B', 'A', 'none', 'empty', 'none')) await instance.process(batch, out, 'main');
    await instance.checkpoint?.(out);
    return out.records().map(({ name }) => name);
  };
  const first = await round();
  t.equal(service.seen.length, 4);
  t.strictSame([first[2], first[3], first[4]], [first[0], null, null]);
  t.strictSame(await round(), first, 'from the cache');
  t.equal(service.seen.length, 4);
  now = 101;
  await round();
  t.equal(service.seen.length, 8);
  await instance.close?.();
});

t.test('a service that fails makes dead letters, and is asked again for the next', async (t) => {
  const service = await serve((_, response, count) =>
    count === 1 ? void response.writeHead(500).end() : { name: 'Pen' },
  );
  t.teardown(() => service.close());
  const http = { url: `${service.origin}/{sku}`, retry: { attempts: 1 }, concurrency: 1 };
  const out = await runThrough(lookup, { on: ['sku'], fields: { name: 'name' }, http }, skus('A', 'A', 'A'));
  t.strictSame(
    out.dead.map(({ faults }) => faults[0]!.code),
    ['call_failed'],
  );
  t.strictSame(
    out.records().map(({ name }) => name),
    ['Pen', 'Pen'],
  );
});

t.test('what makes no sense is refused in words', (t) => {
  const create = (options: object) => () =>
    lookup.create!(fillOptions(lookup, { on: ['sku'], fields, ...options }), contextWith());
  t.throws(create({}), { code: 'bad_option', message: /expected one of rows, csv, sql and http .* got none/ });
  t.throws(create({ rows: [], csv: { path: 'a' } }), { message: /got rows and csv/ });
  t.throws(create({ rows: [{ name: 'x' }] }), { message: /a row of `rows` has no "sku"; there are: name/ });
  t.throws(create({ http: { url: 'http://host/{store}' } }), { message: /`on` has no "store"; there are: sku/ });
  t.end();
});

t.test('the cache keeps those used last, no more than it may', (t) => {
  let now = 0;
  const cache = new Cache<number>({ size: 2, maxAgeMs: 10 }, () => now);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  t.strictSame([cache.get('a'), cache.get('b'), cache.get('c'), cache.size], [1, undefined, 3, 2]);
  now = 11;
  t.strictSame([cache.get('a'), cache.size], [undefined, 1]);
  const none = new Cache<number>({ size: 0, maxAgeMs: 10 }, () => 0);
  none.set('a', 1);
  t.equal(none.get('a'), undefined);
  t.end();
});
