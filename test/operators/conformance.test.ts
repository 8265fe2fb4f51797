import '../fixtures/garbage.ts';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { RunTables } from '../../db/tables/run-tables.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import type { Batch } from '../../engine/batch.ts';
import { type ConformanceRequest, conformance } from '../../engine/conformance.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import type { Services } from '../../engine/services.ts';
import { aggregate } from '../../operators/aggregate.ts';
import { loadRegistry } from '../../operators/registry.ts';
import type { Tables } from '../../operators/sqlite-sink/tables.ts';
import type { Warehouse } from '../../operators/warehouse.ts';
import {
  CSV,
  HEADER_NAMES,
  home,
  letterBatches,
  rawBatches,
  salesBatches,
  split,
  writtenFiles,
} from './conformance-material.ts';
import { serviceCases } from './conformance-services.ts';
import { GRAPH_CASES } from './graph-cases.ts';
import { Collected, contextWith } from './in-memory.ts';
import { STREAM_CASES } from './stream-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'tillstream-conformance-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const csv = join(folder, 'sales.csv');
writeFileSync(csv, `${CSV}too,few\nbad "quote",1,,,,,,\n`);
const catalogue = join(folder, 'catalogue.csv');
writeFileSync(catalogue, 'product_id,product_name,category,cost_price\nP1,Pen,Office,0.50\nP2,Cup,Kitchen,2\n');

const warehouses: Warehouse[] = [];
t.teardown(() => warehouses.forEach((warehouse) => void warehouse.close()));

/** A warehouse of its own with the file opened. */
function warehouse(): Services {
  const path = join(mkdtempSync(join(folder, 'db-')), 'warehouse.db');
  const opened = openWarehouse(path);
  warehouses.push(opened);
  const runId = opened.startRun({ trigger: 'test', startedAt: 0 });
  opened.openFile({ runId, name: 'sales.csv', path: csv, dataset: 'sales', sizeBytes: 1 });
  return { warehouse: withRollUps(opened), path };
}

/** What is inserted is also aggregated, as `aggregate` does before `batch-insert` in a plan: a commit needs both. */
function withRollUps(warehouse: Warehouse): Warehouse {
  const insert = (batch: Batch) => {
    const out = new Collected();
    const instance = aggregate.create!(fillOptions(aggregate, {}), contextWith());
    void instance.process(batch, out, 'main');
    void instance.flush?.(out);
    for (const groups of out.batches) if (groups.port === 'aggregate') warehouse.mergeAggregates(groups);
    return warehouse.insert(batch);
  };
  return new Proxy(warehouse, {
    get: (target, key) => {
      if (key === 'insert') return insert;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const databases: RunTables[] = [];
t.teardown(() => databases.forEach((database) => void database.close()));

/** A database of its own, whatever it is called in the options. */
function tables(): Services {
  const path = join(mkdtempSync(join(folder, 'tables-')), 'any.db');
  const opened = new RunTables([path], { pipeline: 'p', file: 'sales.csv' });
  databases.push(opened);
  const service: Tables = { open: (target) => opened.open({ ...target, file: path }) };
  return { tables: service, path };
}

function tableRows({ path }: Services): unknown {
  const db = new Database(path as string);
  try {
    return [
      db.prepare('SELECT * FROM lines ORDER BY order_id, line, sold_at').all(),
      db.prepare('SELECT * FROM tillstream_dead_letters ORDER BY line').all(),
    ];
  } finally {
    db.close();
  }
}

function facts({ path }: Services): unknown {
  const db = openDatabase(path as string);
  try {
    return db.prepare('SELECT sale_id, quantity, revenue FROM sales ORDER BY sale_id').all();
  } finally {
    db.close();
  }
}

const files = { services: () => home().services, effects: writtenFiles };
const fields = HEADER_NAMES.map((name) => ({
  name,
  type: ['quantity', 'unit_price'].includes(name) ? 'number' : name === 'sold_at' ? 'date' : 'string',
}));

const services = await serviceCases();
t.teardown(() => services.close());

/** What each operator is tried with: at least one case, and one more for each way it works. */
const CASES: Readonly<Record<string, readonly ConformanceRequest[]>> = {
  ...GRAPH_CASES,
  ...STREAM_CASES,
  ...services.cases,
  aggregate: [{ options: { by: ['store_id', 'product_id'] }, batches: salesBatches }],
  'batch-insert': [{ batches: salesBatches, services: warehouse, effects: facts }],
  cast: [
    {
      options: {
        fields: fields.map(({ name, type }) => ({ name, type, optional: ['note', 'store_id'].includes(name) })),
      },
      batches: rawBatches,
    },
  ],
  'csv-sink': [
    { batches: salesBatches, ...files },
    {
      options: { port: 'dead-letter', columns: ['reason', 'raw'] },
      batches: () => [...salesBatches(), ...letterBatches()],
      ...files,
    },
  ],
  'csv-source': [{ options: { path: csv, checkpointBytes: 200 } }],
  'dead-letter': [
    { options: { columns: [...HEADER_NAMES] }, batches: () => [...letterBatches(), ...salesBatches()], ...files },
  ],
  deduplicate: [
    { batches: rawBatches },
    { options: { keys: ['order_id', 'line'], capacity: 7 }, batches: salesBatches },
    { options: { keys: ['store_id', 'region'], withinSeconds: 14_400 }, batches: salesBatches },
  ],
  enrich: [{ options: { catalogue }, batches: salesBatches }],
  filter: [
    {
      options: {
        where: [
          { field: 'store_id', op: 'is_missing' },
          { field: 'unit_price', op: '>', value: 10.4 },
        ],
        match: 'any',
        reason: 'too_cheap',
      },
      batches: salesBatches,
    },
  ],
  map: [
    {
      options: {
        set: {
          region: { from: 'region', case: 'upper' },
          store_id: { from: 'attributes.note', default: 'none' },
          total: { multiply: ['quantity', 'unit_price'] },
          discount: 0.1,
          code: { from: 'order_id', replace: { pattern: '^ORD-', with: '' } },
          line: { from: 'store_id' },
        },
        rename: { product_id: 'sku' },
        drop: ['attributes'],
      },
      batches: salesBatches,
    },
  ],
  'sqlite-sink': [
    {
      options: { file: 'any.db', table: 'lines', key: ['order_id', 'line'], measure: 'revenue' },
      batches: () => [...salesBatches(), ...letterBatches()],
      services: tables,
      effects: tableRows,
    },
    { options: { file: 'any.db', table: 'lines' }, batches: salesBatches, services: tables, effects: tableRows },
  ],
  tap: [
    { options: { every: 2 }, batches: salesBatches, services: () => ({ tap: { isWatched: () => true, show() {} } }) },
  ],
  validate: [
    {
      options: { fields, map: Object.fromEntries(HEADER_NAMES.slice(0, 7).map((name) => [name, name])) },
      batches: rawBatches,
    },
  ],
};

const registry = await loadRegistry(undefined, null);

for (const [name, operator] of registry) {
  t.test(`${name} keeps the contract`, async (t) => {
    const cases = CASES[name];
    if (!cases) return t.fail(`no case for "${name}" in this test`);
    for (const request of cases) {
      const report = await conformance(operator, { split, ...request });
      for (const check of report.checks) t.ok(check.passed, check.name, { detail: check.detail.slice(0, 3000) });
    }
  });
}

/** The least that an operator must be told. */
const REQUIRED: Readonly<Record<string, Record<string, unknown>>> = {
  broadcast: { to: ['a', 'b'] },
  cast: { fields: [{ name: 'a' }] },
  'sqlite-sink': { file: 'any.db', table: 'any' },
  'flat-map': { field: 'a' },
  'async-map': { url: 'http://localhost/', fields: { a: 'a' } },
  filter: { where: [{ field: 'a', op: 'is_missing' }] },
  'http-sink': { url: 'http://localhost/' },
  'http-source': { url: 'http://localhost/' },
  join: { on: ['a'], withinSeconds: 1 },
  sort: { by: [{ field: 'a' }] },
  'top-k': { field: 'a' },
  lookup: { on: ['a'], fields: { b: 'b' } },
};

t.test('every operator fills its options from its own defaults', (t) => {
  for (const [name, operator] of registry) {
    t.doesNotThrow(() => fillOptions(operator, REQUIRED[name] ?? {}), name);
  }
  t.end();
});

t.test('the registry holds the operators of the folder, each under the name of its file', (t) => {
  const names = readdirSync(join(import.meta.dirname, '../../operators'))
    .filter((file) => file.endsWith('.ts') && !['registry.ts', 'warehouse.ts'].includes(file))
    .map((file) => file.slice(0, -3));
  t.strictSame([...registry.keys()].sort(), names.sort());
  t.end();
});
