import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { readHeader } from '../../../operators/csv/sample.ts';
import { parseConfig, readConfig } from '../../../operators/dataset/config.ts';
import { headerKey, matchHeader } from '../../../operators/dataset/header.ts';
import { findDataset, type Match } from '../../../operators/dataset/match.ts';
import { SHARED, sharedMissing } from '../csv/reading.ts';
import { configOf } from './datasets.ts';

const nameOf = (match: Match) => (match.kind === 'matched' ? match.dataset.name : match.kind);

t.test('the shipped datasets know their files', async (t) => {
  const config = parseConfig(readFileSync(join(import.meta.dirname, '../../../schema_config.json'), 'utf8'));
  const rich =
    'order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method'.split(',');
  const daily = 'date,region,product_id,revenue,cost,quantity'.split(',');
  t.equal(nameOf(findDataset(config, { file: 'a.csv', header: rich })), 'sales');
  t.equal(nameOf(findDataset(config, { file: 'a.csv', header: [...rich].reverse() })), 'sales');
  t.equal(nameOf(findDataset(config, { file: 'a.csv', header: daily })), 'sales_daily');
  t.equal(nameOf(findDataset(config, { file: 'a.csv', header: rich.slice(0, 5) })), 'unmatched');
});

t.test('names are compared without case, accents, spaces and punctuation, and with aliases', async (t) => {
  t.equal(headerKey(' Unit_Price '), headerKey('unitPrice'));
  t.equal(headerKey('Währung'), headerKey('WAHRUNG'));
  t.not(headerKey('#'), headerKey('%'));
  const config = configOf({
    shop: { fields: [{ name: 'order_id', aliases: ['Beleg-Nr.'] }, { name: 'qty' }] },
  });
  t.equal(nameOf(findDataset(config, { file: 'x', header: ['BELEG NR', ' Qty '] })), 'shop');
});

t.test('each column is of one field, and a name goes before an alias', async (t) => {
  const fields = [
    { name: 'total', aliases: ['amount'] },
    { name: 'net', aliases: ['amount', 'total net'] },
  ];
  const { columns, missing, extra } = matchHeader(fields, ['amount', 'net', 'other']);
  t.strictSame(
    [...columns],
    [
      ['net', 1],
      ['total', 0],
    ],
  );
  t.strictSame([missing, extra], [[], [2]]);
  t.strictSame(
    matchHeader(fields, ['amount']).missing.map(({ name }) => name),
    ['net'],
  );
});

t.test('the dataset that knows more of the columns wins', async (t) => {
  const config = configOf({ small: { fields: [{ name: 'a' }, { name: 'b' }] }, large: ['a', 'b', 'c'] });
  t.equal(nameOf(findDataset(config, { file: 'x', header: ['a', 'b', 'c'] })), 'large');
  t.equal(nameOf(findDataset(config, { file: 'x', header: ['a', 'b', 'd'] })), 'small');
});

t.test('a pattern narrows, and a longer one narrows more', async (t) => {
  const fields = [{ name: 'a' }];
  const config = configOf({
    any: { fields },
    till: { fields, match: { files: ['till_*.csv'] } },
    north: { fields, match: { files: ['till_north_*.csv'] } },
  });
  const of = (file: string) => nameOf(findDataset(config, { file, header: ['a'] }));
  t.equal(of('/in/box/till_south_1.csv'), 'till');
  t.equal(of('TILL_North_1.CSV'), 'north');
  t.equal(of('web.csv'), 'any');
});

t.test('rejected records are of the file that they were rejected from', async (t) => {
  const matches = (pattern: string, file: string) =>
    nameOf(
      findDataset(configOf({ till: { match: { files: [pattern] }, fields: [{ name: 'id' }] } }), {
        file,
        header: ['id'],
      }),
    );
  for (const [pattern, file] of [
    ['till-??.csv', 'till-07.rejected-3.csv'],
    ['till-??.csv', 'Till-07.rejected-3-1.CSV'],
    ['till-??.tsv', 'till-07.rejected-3.csv'],
    ['till-??.csv.gz', 'till-07.rejected-3.csv'],
    ['till-??.txt.gz', 'till-07.txt.rejected-3.csv'],
    ['till-??', 'till-07.rejected-3.csv'],
    ['*.rejected-*.csv', 'till-07.rejected-3.csv'],
    ['till-07.csv', 'till-07.rejected.csv'],
  ] as const) {
    t.equal(matches(pattern, file), 'till', `${pattern} ${file}`);
  }
  t.equal(matches('till-??.csv', 'till-007.rejected-3.csv'), 'unmatched');
  t.equal(matches('till-??.csv', 'till-07.ejected-3.csv'), 'unmatched');
});

t.test('two that fit alike are told as ambiguous', async (t) => {
  const config = configOf({ one: ['a', 'b'], two: ['a', 'b'], three: ['a'] });
  const match = findDataset(config, { file: 'in/x.csv', header: ['a', 'b'] });
  t.match(match, { kind: 'ambiguous', datasets: ['one', 'two'] });
  t.match((match as { message: string }).message, /^x\.csv could be of the datasets one and two alike/);
});

t.test('a file of no dataset is told which comes nearest and what differs', async (t) => {
  const config = configOf({
    orders: ['order_id', 'order_date', 'quantity', 'unit_price'],
    stock: { fields: [{ name: 'sku' }, { name: 'bin' }], match: { files: ['stock_*'] } },
  });
  const match = findDataset(config, { file: 'x.csv', header: ['order_id', 'OrderDate', 'qty', 'colour'] });
  t.match(match, { kind: 'unmatched', nearest: { dataset: 'orders', missing: ['quantity', 'unit_price'] } });
  t.equal(
    (match as { message: string }).message,
    'x.csv is of no dataset; "orders" comes nearest, but the column "unit_price" is missing; "quantity" is missing and may be what the file calls "qty"; it does not know "colour"',
  );
  const named = findDataset(config, { file: 'x.csv', header: ['sku', 'bin'] });
  t.match(named, { kind: 'unmatched', nearest: { dataset: 'stock', patterns: ['stock_*'] } });
  t.match((named as { message: string }).message, `the file's name does not match "stock_*"`);
});

t.test('a dataset without header is known by the number of columns and its pattern', async (t) => {
  const headless = {
    fields: [{ name: 'a' }, { name: 'b' }],
    dialect: { header: false },
    match: { files: ['pos*.txt'] },
  };
  const config = configOf({ headless, other: ['x', 'y', 'z'] });
  t.equal(nameOf(findDataset(config, { file: 'pos1.txt', header: ['1', '2'] })), 'headless');
  t.match(findDataset(config, { file: 'pos1.txt', header: ['1', '2', '3'] }), { kind: 'unmatched' });
});

t.test('datasets of other dialects are compared by how the file looks in each', async (t) => {
  const fields = [{ name: 'a' }, { name: 'b' }];
  const config = configOf({
    commas: { fields },
    semicolons: { fields, dialect: { delimiter: ';' } },
    bare: { fields: [{ name: 'x' }], dialect: { header: false }, match: { files: ['*.csv'] } },
  });
  const match = findDataset(config, ({ dialect }) => ({
    file: 'x.csv',
    header: dialect.delimiter === ';' ? ['a', 'b'] : ['a;b'],
  }));
  t.equal(nameOf(match), 'semicolons');
});

t.test('every file of the examples that have several datasets finds its own', { skip: sharedMissing }, async (t) => {
  const looks = [
    ['csv-spectrum', 'csvs/json.csv', 'key_values'],
    ['csv-spectrum', 'csvs/empty_crlf.csv', 'abc'],
    ['csv-spectrum', 'csvs/quotes_and_newlines.csv', 'ab'],
    ['duckdb-rejects', 'frankstein/nightmare.csv', 'nightmare'],
    ['duckdb-rejects', 'multiple_errors/cast_and_more_col.csv', 'dogs'],
    ['duckdb-rejects', 'multiple_errors/more_col_and_max_line.csv', 'dogs_short_lines'],
    ['duckdb-rejects', 'maximum_line/max_10.csv', 'labels_short_lines'],
    ['duckdb-rejects', 'unquoted/unquoted_last_value.csv', 'one_column'],
    ['duckdb-rejects', 'incorrect_columns/small_mix.csv', 'integers'],
  ] as const;
  for (const [example, file, dataset] of looks) {
    const config = await readConfig(join(import.meta.dirname, '../../../docs/examples', example, 'schema_config.json'));
    const { names, header } = await readHeader(join(SHARED, example, file));
    t.equal(nameOf(findDataset(config, { file, header: header ?? names })), dataset, file);
  }
});

t.test('neither the order of datasets nor of columns decides', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const subset = fc.subarray(names, { minLength: 1 });
  const datasets = fc.dictionary(fc.constantFrom('one', 'two', 'three'), subset, { minKeys: 1 });
  fc.assert(
    fc.property(datasets, subset, (described, header) => {
      const forward = findDataset(configOf(described), { file: 'x', header });
      const backward = findDataset(configOf(Object.fromEntries(Object.entries(described).reverse())), {
        file: 'x',
        header: [...header].reverse(),
      });
      return nameOf(forward) === nameOf(backward);
    }),
  );
  t.pass();
});

t.test('a dataset matches exactly when its columns are all there', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const subset = fc.subarray(names, { minLength: 1 });
  fc.assert(
    fc.property(subset, subset, (columns, header) => {
      const match = findDataset(configOf({ shop: columns }), { file: 'x', header });
      return (match.kind === 'matched') === columns.every((column) => header.includes(column));
    }),
  );
  t.pass();
});
