import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { lookupQueries } from '../../db/lookup-queries.ts';
import type { ConformanceRequest } from '../../engine/conformance.ts';
import type { Services } from '../../engine/services.ts';
import { home, salesBatches, writtenFiles } from './conformance-material.ts';
import { type Service, serve } from './http-service.ts';

const files = { services: () => home().services, effects: writtenFiles };

/** Cases for the operators that need something beside their records, and what ends it all. */
export interface ServiceCases {
  readonly cases: Readonly<Record<string, readonly ConformanceRequest[]>>;
  close(): void;
}

/** Tells the price of a product by its number, of P5 nothing. */
function priceService(): Promise<Service> {
  return serve(({ url, method, body }, response) => {
    if (method === 'POST')
      return { prices: (JSON.parse(body) as { sku: string }[]).map(({ sku }) => ({ sku, price: 1.5 })) };
    const product = Number(url.slice(-1));
    if (product !== 5) return { price: product + 0.25, name: `Product ${product}` };
    response.writeHead(404).end();
  });
}

/** Orders by three, one of them no object. */
function pageService(): Promise<Service> {
  const orders = [...Array.from({ length: 8 }, (_, n) => ({ n, customer: { name: `C${n % 3}` } })), 'none'];
  return serve(({ url }) => {
    const after = Number(new URL(url, 'http://service').searchParams.get('after') ?? 0);
    return { data: orders.slice(after, after + 3), next: after + 3 < orders.length ? after + 3 : null };
  });
}

/** Takes what it is sent, once for each key, into the world that was made last. */
async function takingService() {
  let world = new Map<string, string>();
  const taker = await serve(({ url, headers, body }, response) => {
    if (url === '/refused') response.writeHead(422);
    else world.set(String(headers['idempotency-key']), body);
    response.end();
  });
  const services = () => {
    world = new Map();
    return { world };
  };
  const taken = { services, effects: (made: Services) => [...(made.world as typeof world)] };
  return { taker, taken };
}

export async function serviceCases(): Promise<ServiceCases> {
  const folder = mkdtempSync(join(tmpdir(), 'tillstream-services-'));
  const prices = await priceService();
  const pages = await pageService();
  const { taker, taken } = await takingService();
  const csv = join(folder, 'prices.csv');
  writeFileSync(csv, 'sku,price,name\nP0,0.5,Pen\nP1,12,Cup\nP2,dear,Vase\n');
  const database = join(folder, 'prices.db');
  const db = new Database(database);
  db.exec(
    `CREATE TABLE prices (sku TEXT PRIMARY KEY, price REAL, name TEXT); INSERT INTO prices VALUES ('P1', 1.25, 'Cup')`,
  );
  db.close();
  const jsonl = join(folder, 'sales.jsonl');
  writeFileSync(jsonl, '{"n":1,"at":{"day":"2026-01-01"}}\n\n{"n":2,"tags":["a"]}\n[3]\n{"n":\n{"n":5}');
  const fields = { list_price: { from: 'price', type: 'number' }, product_name: 'name' };
  const joined = { on: { product_id: 'sku' }, fields };
  const cases = {
    'async-map': [
      { options: { url: `${prices.origin}/{product_id}`, fields, concurrency: 3 }, batches: salesBatches },
      {
        options: { url: `${prices.origin}/{store_id}`, fields, onError: 'keep' },
        batches: salesBatches,
      },
      {
        options: {
          ...{ url: prices.origin, method: 'POST', body: { sku: '{product_id}' }, batchSize: 4 },
          ...{ results: 'prices', fields: { sku: 'sku' } },
        },
        batches: salesBatches,
      },
    ],
    'http-sink': [
      { options: { url: `${taker.origin}/in`, batchSize: 7 }, batches: salesBatches, ...taken },
      {
        options: { url: `${taker.origin}/in`, batchSize: 4, format: 'ndjson', onError: 'dead-letter' },
        batches: salesBatches,
        services: taken.services,
      },
      { options: { url: `${taker.origin}/refused`, batchSize: 1, onError: 'dead-letter' }, batches: salesBatches },
    ],
    'http-source': [
      {
        options: {
          ...{ url: `${pages.origin}/orders?limit=3`, records: 'data', requestsPerSecond: 1000 },
          pages: { by: 'cursor', at: 'next', parameter: 'after' },
        },
      },
    ],
    'jsonl-sink': [{ options: { json: ['attributes'] }, batches: salesBatches, ...files }],
    'jsonl-source': [{ options: { path: jsonl, checkpointBytes: 200 } }],
    lookup: [
      { options: { ...joined, csv: { path: csv }, onMissing: 'filter' }, batches: salesBatches },
      {
        options: {
          ...joined,
          sql: { database, query: 'SELECT * FROM prices WHERE sku = :sku' },
          onMissing: 'dead-letter',
        },
        batches: salesBatches,
        services: () => ({ sql: lookupQueries }),
      },
      {
        options: { ...joined, http: { url: `${prices.origin}/{sku}`, concurrency: 3 }, cache: { size: 2 } },
        batches: salesBatches,
      },
    ],
    sample: [
      { options: { every: 4 }, batches: salesBatches },
      { options: { fraction: 0.4, by: ['order_id'] }, batches: salesBatches },
      { options: { fraction: 0.5 }, batches: salesBatches },
    ],
    throttle: [
      { options: { perSecond: 10_000, burst: 4 }, batches: salesBatches },
      { options: { perSecond: 20, burst: 7, onExcess: 'drop' }, batches: salesBatches },
    ],
  };
  const close = () => {
    for (const service of [prices, pages, taker]) service.close();
    rmSync(folder, { recursive: true });
  };
  return { cases, close };
}
