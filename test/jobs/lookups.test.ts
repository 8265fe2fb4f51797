import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import { ingest } from '../../jobs/ingest.ts';
import { serve } from '../operators/http-service.ts';
import { figure, homeWith, TILL, tillCsv } from './home-with.ts';

t.test(
  'a dataset’s plan asks tables, databases and services, and tells another service; the ledger balances',
  async (t) => {
    const service = await serve(({ url }, response) => {
      if (url.endsWith('13')) return void response.writeHead(422).end('unlucky');
      return { loyalty: { points: Number(url.replace(/\D/g, '')) % 5 } };
    });
    const taken = new Map<string, { product_id: string; points: string }[]>();
    const taker = await serve(({ headers, body }) => {
      taken.set(String(headers['idempotency-key']), JSON.parse(body));
      return {};
    });
    t.teardown(() => service.close());
    t.teardown(() => taker.close());
    const operators = [
      'csv-source',
      'validate',
      {
        operator: 'lookup',
        id: 'regions',
        options: {
          on: { product_id: 'article' },
          fields: { region: 'region' },
          csv: { path: 'regions.csv' },
          onMissing: 'filter',
        },
      },
      {
        operator: 'lookup',
        id: 'costs',
        options: {
          on: { product_id: 'article' },
          fields: { unit_cost: 'cost' },
          sql: { database: 'costs.db', query: 'SELECT cost FROM costs WHERE article = :article' },
        },
      },
      {
        operator: 'async-map',
        options: { url: `${service.origin}/{product_id}`, fields: { points: 'loyalty.points' } },
      },
      'enrich',
      'aggregate',
      { operator: 'jsonl-sink', options: { columns: ['product_id', 'region', 'unit_cost', 'points'] } },
      { operator: 'http-sink', options: { url: taker.origin, fields: ['product_id', 'points'], batchSize: 7 } },
      'dead-letter',
      'batch-insert',
    ];
    const regions = `article,region\n${Array.from({ length: 30 }, (_, n) => `A${n + 1},${n % 2 ? 'North' : 'South'}\n`).join('')}`;
    const files = { 'regions.csv': regions, 'data/raw/a.csv': tillCsv(40) };
    const home = await homeWith(t, files, { datasets: { till: { ...TILL, operators } } });
    const costs = new Database(join(home.dir, 'costs.db'));
    costs.exec("CREATE TABLE costs (article TEXT, cost REAL); INSERT INTO costs VALUES ('A1', 0.25), ('A2', 0.5)");
    costs.close();

    const report = await ingest({ home });
    t.match(report, { status: 'done', files: [{ read: 40, inserted: 29, filtered: 10, dead_lettered: 1 }] });
    t.equal(figure(home, "SELECT reason FROM dead_letters WHERE operator = 'async-map'"), 'call_refused');
    const written = readFileSync(join(home.processed, 'a.enriched.jsonl'), 'utf8').trimEnd().split('\n');
    t.equal(written.length, 29);
    t.strictSame(JSON.parse(written[0]!), { product_id: 'A1', region: 'South', unit_cost: 0.25, points: '1' });
    t.strictSame(JSON.parse(written[4]!), { product_id: 'A5', region: 'South', unit_cost: null, points: '0' });
    t.equal([...taken.values()].flat().length, 29);
    const db = openDatabase(home.database);
    t.strictSame(verify(db).differences, []);
    db.close();
  },
);
