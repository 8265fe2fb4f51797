import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { checkConfig } from '../../../operators/dataset/config.ts';
import { datasetName, describeInference, type Inference, inferFromSample } from '../../../operators/dataset/infer.ts';
import { inferDataset } from '../../../operators/dataset/infer-file.ts';
import { SHARED, sharedMissing } from '../csv/reading.ts';

/** The inferred dataset, which must be a valid configuration. */
function checked(inference: Inference) {
  const { name, descriptor } = inference;
  checkConfig({ datasets: { [name]: descriptor } });
  const fields = Object.fromEntries(descriptor.fields.map((field) => [field.name, field]));
  return { ...inference, fields, map: descriptor.map ?? {} };
}

const infer = async (path: string) => checked(await inferDataset(path));

const ONLINE_RETAIL = {
  sold_at: 'InvoiceDate', order_id: 'InvoiceNo', product_id: 'StockCode', product_name: 'Description',
  quantity: 'Quantity', unit_price: 'UnitPrice', customer_id: 'CustomerID', region: 'Country',
}; // biome-ignore format: a table

t.test('online-retail: every column, in whichever day', { skip: sharedMissing }, async (t) => {
  const files = readdirSync(join(SHARED, 'online-retail')).filter((_, i) => i % 20 === 0);
  for (const file of files) {
    const { map, fields, name } = await infer(join(SHARED, 'online-retail', file));
    t.strictSame(map, ONLINE_RETAIL, file);
    t.match(fields.InvoiceDate, { type: 'datetime', format: '%Y-%m-%d %H:%M:%S' });
    t.match(
      [fields.InvoiceNo, fields.CustomerID, fields.UnitPrice],
      [{ type: 'string' }, { type: 'integer' }, { type: 'number' }],
    );
    t.equal(name, 'sales');
  }
});

t.test('superstore: revenue, profit and American dates', { skip: sharedMissing }, async (t) => {
  const { map, fields, descriptor } = await infer(join(SHARED, 'superstore/superstore.csv'));
  t.strictSame(map, {
    sold_at: 'Order Date', order_id: 'Order ID', product_id: 'Product ID', product_name: 'Product Name', category: 'Category', region: 'Region',
    customer_id: 'Customer ID', quantity: 'Quantity', discount: 'Discount', revenue: 'Sales', profit: 'Profit',
  }); // biome-ignore format: a table
  t.match(fields['Order Date'], { type: 'date', format: '%m/%d/%Y', constraints: { required: true } });
  t.equal(descriptor.dialect, undefined, 'the usual one');
});

t.test('dirty-cafe-sales: words for no value, and the arithmetic of the lines', { skip: sharedMissing }, async (t) => {
  const { map, descriptor, report } = await infer(join(SHARED, 'dirty-cafe-sales/dirty_cafe_sales.csv'));
  t.strictSame(map, {
    sold_at: 'Transaction Date', order_id: 'Transaction ID', product_id: 'Item', quantity: 'Quantity', unit_price: 'Price Per Unit',
    revenue: 'Total Spent', payment_method: 'Payment Method', region: 'Location',
  }); // biome-ignore format: a table
  t.strictSame(descriptor.missingValues, ['', 'ERROR', 'UNKNOWN']);
  t.match(
    report.columns.find(({ canonical }) => canonical === 'revenue')!.mapEvidence,
    /quantity × price in 100 % of the lines/,
  );
});

t.test('python-original: cost is of one unit, as the margins say', { skip: sharedMissing }, async (t) => {
  const files = readdirSync(join(SHARED, 'python-original')).filter((name) => name.startsWith('sales_2025'));
  t.equal(files.length, 8);
  for (const file of files) {
    const { map, name } = await infer(join(SHARED, 'python-original', file));
    t.strictSame(map, {
      sold_at: 'date', region: 'region', product_id: 'product_id', revenue: 'revenue', unit_cost: 'cost', quantity: 'quantity',
    }, file); // biome-ignore format: a table
    t.equal(name, 'sales');
  }
});

/** Forty order lines as cells: date, article, shop, quantity, price, total, payment. */
function lines(write: { date: (day: number, month: number) => string; money: (amount: number) => string }): string[][] {
  return Array.from({ length: 40 }, (_, i) => {
    const [quantity, price] = [(i % 5) + 1, 2.5 + (i % 7) * 110.75];
    const day = (i * 3) % 28;
    const cells = [
      write.date(day + 1, (i % 12) + 1),
      `A-${100 + (i % 9)}`,
      `Shop ${i % 3}`,
      String(quantity),
      write.money(price),
    ];
    return [...cells, write.money(quantity * price), i % 2 ? 'card' : 'cash'];
  });
}

const two = (n: number) => String(n).padStart(2, '0');
const comma = (amount: number) =>
  amount
    .toFixed(2)
    .replace('.', ',')
    .replace(/\B(?=(\d{3})+,)/g, '.');
const dollars = (amount: number) => `$${amount.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',')}`;

const csv = (header: string, rows: readonly (readonly string[])[], delimiter: string) =>
  [
    header,
    ...rows.map((row) => row.map((cell) => (cell.includes(delimiter) ? `"${cell}"` : cell)).join(delimiter)),
  ].join('\r\n');

t.test('a German export: semicolons, decimal commas, points between thousands', async (t) => {
  const rows = lines({ date: (d, m) => `${two(d)}.${two(m)}.2024`, money: comma });
  const path = join(
    t.testdir({
      'umsatz_2024.csv': csv('Datum;Artikelnummer;Filiale;Menge;Einzelpreis;Gesamtpreis;Zahlungsart', rows, ';'),
    }),
    'umsatz_2024.csv',
  );
  const { map, fields, descriptor, name } = await infer(path);
  t.strictSame(map, {
    sold_at: 'Datum', product_id: 'Artikelnummer', store_id: 'Filiale', quantity: 'Menge', unit_price: 'Einzelpreis', revenue: 'Gesamtpreis', payment_method: 'Zahlungsart',
  }); // biome-ignore format: a table
  t.match(descriptor.dialect, { delimiter: ';' });
  t.match(fields.Datum, { type: 'date', format: '%d.%m.%Y' });
  t.match(fields.Gesamtpreis, { type: 'number', decimalChar: ',', groupChar: '.' });
  t.equal(name, 'umsatz');
});

t.test('a Spanish export with day-first dates, an American one with dollars', async (t) => {
  const spanish = lines({ date: (d, m) => `${two(d)}/${two(m)}/2024`, money: comma });
  const american = lines({ date: (d, m) => `${m}/${d}/24`, money: dollars });
  const folder = t.testdir({
    'ventas.csv': csv('Fecha;Producto;Tienda;Cantidad;Precio Unitario;Importe Total;Forma de pago', spanish, ';'),
    'us.csv': csv('Trans Date,SKU,Store,Units Sold,Unit Price,Line Total,Tender', american, ','),
  });
  const es = await infer(join(folder, 'ventas.csv'));
  t.match(es.map, {
    sold_at: 'Fecha',
    product_id: 'Producto',
    store_id: 'Tienda',
    quantity: 'Cantidad',
    unit_price: 'Precio Unitario',
    revenue: 'Importe Total',
    payment_method: 'Forma de pago',
  });
  t.match(es.fields.Fecha, { format: '%d/%m/%Y' });
  const us = await infer(join(folder, 'us.csv'));
  t.match(us.map, {
    sold_at: 'Trans Date',
    product_id: 'SKU',
    store_id: 'Store',
    quantity: 'Units Sold',
    unit_price: 'Unit Price',
    revenue: 'Line Total',
    payment_method: 'Tender',
  });
  t.match(us.fields['Trans Date'], { type: 'date', format: '%m/%d/%y' });
  t.match(us.fields['Line Total'], { type: 'number', groupChar: ',', bareNumber: false });
  t.strictSame(us.descriptor.defaults, { currency: 'USD' });
});

t.test('without a header, dates and the arithmetic of the lines still tell', async (t) => {
  const rows = lines({ date: (d, m) => `2024-${two(m)}-${two(d)}`, money: (amount) => amount.toFixed(2) });
  const [first, ...rest] = rows;
  const path = join(t.testdir({ 'pos.txt': csv(first!.join(','), rest, ',') }), 'pos.txt');
  const { map, descriptor } = await infer(path);
  t.equal(descriptor.dialect?.header, false);
  t.match(map, { sold_at: 'column_1', quantity: 'column_4', unit_price: 'column_5', revenue: 'column_6' });
});

t.test('says what it is not sure of', async (t) => {
  const sample = {
    header: ['date', 'sku', 'qty', 'discount'],
    records: Array.from({ length: 9 }, (_, i) => [`0${((i * 5) % 9) + 1}/0${((i * 7) % 9) + 1}/2024`, 'a', '1', '15']),
    dialect: {},
    evidence: ['the sample was given'],
  };
  const inference = checked(inferFromSample('x.csv', sample));
  const text = describeInference(inference).join('\n');
  t.match(text, /"date": no day is above 12.* is a guess, please check/);
  t.match(text, /"discount" was considered for discount and not taken: .*cannot be read as a fraction/);
  t.match(text, /no column gives the money of a line/);
  t.match(text, 'the sample was given');
  t.equal(inference.map.discount, undefined);
  t.ok(inference.report.confidence < 0.7);
});

t.test('a cost is placed by profit where there is one', async (t) => {
  const header = ['date', 'sku', 'qty', 'sales', 'cost', 'profit'];
  const of = (unit: boolean) =>
    Array.from({ length: 20 }, (_, i) => {
      const [quantity, cost] = [(i % 4) + 1, 3 + (i % 5)];
      const revenue = quantity * 9;
      return [`2024-01-${two(i + 1)}`, 'a', quantity, revenue, cost, revenue - cost * (unit ? quantity : 1)].map(
        String,
      );
    });
  const mapOf = (unit: boolean) =>
    checked(inferFromSample('x.csv', { header, records: of(unit), dialect: {}, evidence: [] })).map;
  t.match(mapOf(true), { unit_cost: 'cost', profit: 'profit' });
  t.match(mapOf(false), { cost: 'cost', profit: 'profit' });
});

t.test('the name of a dataset comes from the file', async (t) => {
  const names = [
    'sales_20251113_134442.csv',
    'in/2010-12-01.csv',
    'Order Lines 2024.csv.gz',
    'Über-Umsätze.tsv',
    '07.csv',
    'a1_b2.csv',
  ];
  t.strictSame(names.map(datasetName), ['sales', 'sales', 'order_lines', 'uber_umsatze', 'sales', 'a1_b2']);
});

t.test('whatever the sample, what is inferred is a valid configuration', async (t) => {
  const cell = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('1', '2,5', '$ 3', '2024-01-01', '01/02/2024', '', 'NULL', 'yes', '0012', '15%'),
  );
  const names = fc.uniqueArray(
    fc.constantFrom('date', 'Qty', 'Unit Price', 'total', 'cost', 'id', 'SKU', 'Région', 'x', 'line', 'currency'),
    { minLength: 1 },
  );
  const sample = names.chain((header) =>
    fc.record({
      header: fc.constant(header),
      records: fc.array(fc.array(cell, { minLength: header.length, maxLength: header.length }), { maxLength: 12 }),
      dialect: fc.constantFrom({}, { delimiter: ';' }, { header: false }),
      evidence: fc.constant([]),
    }),
  );
  fc.assert(
    fc.property(
      sample,
      (given) => checked(inferFromSample('some file.csv', given)).report.columns.length === given.header.length,
    ),
  );
  t.pass();
});
