import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { TextColumn } from '../../engine/column.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Checkpoint } from '../../engine/operator.ts';
import { makePlan, type PlanEntry } from '../../engine/plan.ts';
import { type ResumePoint, run } from '../../engine/run.ts';
import { loadRegistry } from '../../operators/registry.ts';

const dir = mkdtempSync(join(tmpdir(), 'tillstream-streams-'));
t.teardown(() => rmSync(dir, { recursive: true }));
const time = (minute: number) => new Date(Date.UTC(2026, 2, 1, 8, minute)).toISOString().slice(0, 19).replace('T', ' ');

/** Sales in order of time but for a shuffle within some minutes, with cents, ties and a customer missing now and then. */
const sales = Array.from({ length: 400 }, (_, i) => {
  const minute = i + ((i * 7) % 11);
  const customer = i % 9 === 0 ? '' : `C${(i * i) % 17}`;
  return `${time(minute)},S${i % 3},${customer},${((i * 37) % 1000) / 100}`;
});
const visits = Array.from({ length: 150 }, (_, i) => `${time(i * 3)},C${(i * 5) % 17},${i}`);
const SALES = join(dir, 'sales.csv');
const VISITS = join(dir, 'visits.csv');
writeFileSync(SALES, `${['sold_at,store_id,customer_id,revenue', ...sales].join('\n')}\n`);
writeFileSync(VISITS, `${['entered_at,customer_id,visit', ...visits].join('\n')}\n`);

/** Reads a file some records at a time, with a checkpoint after each, so that small files have many. */
const partsSource = defineOperator({
  name: 'parts-source',
  summary: 'Reads a CSV in parts.',
  options: Type.Object({ path: Type.String(), size: Type.Integer(), resume: Type.Optional(Type.Integer()) }),
  source: ({ path, size, resume = 0 }, { split }) => ({
    async *read() {
      const [header, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
      if (resume >= lines.length) yield { kind: 'position', bytes: resume, state: resume, last: true };
      for (let at = resume; at < lines.length; at += size) {
        const cells = lines.slice(at, at + size).map((line) => line.split(',').map((cell) => cell || null));
        const columns = header!
          .split(',')
          .map((name, i) => [name, new TextColumn(cells.map((row) => row[i]!))] as const);
        const provenance = syntheticProvenance(cells.length, at + 2);
        yield new Batch({ split, sequence: at / size, provenance, columns: new Map(columns), length: cells.length });
        yield { kind: 'position', bytes: at, state: at + size, last: at + size >= lines.length };
      }
    },
  }),
});
const registry = new Map([...(await loadRegistry(undefined, null)), ['parts-source', partsSource]]);

const salesSource: PlanEntry[] = [
  { operator: 'parts-source', options: { path: SALES, size: 40 } },
  {
    operator: 'cast',
    options: {
      fields: [
        { name: 'sold_at', type: 'datetime' },
        { name: 'store_id' },
        { name: 'customer_id', optional: true },
        { name: 'revenue', type: 'money' },
      ],
    },
  },
];
const sink: PlanEntry = { operator: 'jsonl-sink', options: { name: 'out.jsonl' } };

/** Runs a plan to its end, or to its n-th checkpoint and then, from what that kept, to its end. */
async function outputOf(entries: readonly PlanEntry[], stopAt = Number.POSITIVE_INFINITY) {
  const home = mkdtempSync(join(dir, 'home-'));
  const folders = { home, processed: join(home, 'out'), rejected: join(home, 'out') };
  mkdirSync(folders.processed);
  const plan = makePlan([...entries, sink], registry);
  const split = { fileId: 1, file: 'sales.csv', part: 0 };
  let last: ResumePoint | undefined;
  let checkpoints = 0;
  const runOnce = (resume?: ResumePoint) => {
    const stop = new AbortController();
    return run({
      ...{ plan, registry, split, services: { folders }, signal: stop.signal },
      ...(resume && { resume }),
      onCommitted: ({ number, position, states }: Checkpoint) => {
        last = JSON.parse(JSON.stringify({ number, source: position.state, states }));
        if (++checkpoints === stopAt) stop.abort();
      },
    });
  };
  await runOnce().catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
    return runOnce(last);
  });
  const text = readFileSync(join(folders.processed, 'out.jsonl'), 'utf8');
  return {
    records: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    checkpoints,
  };
}

async function duckdb(sql: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`CREATE TABLE sales AS SELECT *, row_number() OVER () AS n FROM read_csv('${SALES}',
    columns = {'sold_at': 'TIMESTAMP', 'store_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'revenue': 'DECIMAL(18,4)'}, nullstr = '')`);
  await connection.run(`CREATE TABLE visits AS SELECT * FROM read_csv('${VISITS}',
    columns = {'entered_at': 'TIMESTAMP', 'customer_id': 'VARCHAR', 'visit': 'INTEGER'})`);
  const reader = await connection.runAndReadAll(sql);
  connection.closeSync();
  return reader.getRowObjectsJson();
}

/** Times to the second and numbers as numbers, in any order. */
const plain = (records: readonly unknown[], fields: readonly string[]) =>
  records
    .map((record) => JSON.stringify(fields.map((field) => plainValue((record as Record<string, unknown>)[field]))))
    .sort();

function plainValue(value: unknown): unknown {
  const text = String(value ?? '');
  if (/^\d{4}-\d\d-\d\d[ T]/.test(text)) return text.slice(0, 19).replace('T', ' ');
  return value === null || value === undefined ? null : Number.isNaN(Number(text)) ? text : Number(text);
}

interface Case {
  readonly plan: readonly PlanEntry[];
  readonly fields: readonly string[];
  readonly sql: string;
}

const CASES: Readonly<Record<string, Case>> = {
  'hours by store': {
    plan: [
      ...salesSource,
      {
        operator: 'tumbling-window',
        options: {
          ...{ sizeSeconds: 3600, by: ['store_id'], outOfOrderSeconds: 900 },
          aggregates: {
            lines: { op: 'count' },
            total: { op: 'sum', field: 'revenue' },
            customers: { op: 'distinct', field: 'customer_id' },
          },
        },
      },
    ],
    fields: ['window_start', 'store_id', 'lines', 'total', 'customers'],
    sql: `SELECT time_bucket(INTERVAL 1 HOUR, sold_at) AS window_start, store_id, count(*) AS lines, sum(revenue) AS total,
      count(DISTINCT customer_id) AS customers FROM sales GROUP BY ALL`,
  },
  'sorted, and the best of each store': {
    plan: [
      ...salesSource,
      { operator: 'sort', options: { by: [{ field: 'sold_at' }], memoryMiB: 0.005 } },
      { operator: 'top-k', options: { k: 5, field: 'revenue', by: ['store_id'] } },
    ],
    fields: ['store_id', 'rank', 'revenue', 'sold_at'],
    sql: `SELECT *, row_number() OVER (PARTITION BY store_id ORDER BY revenue DESC, sold_at, n) AS rank FROM sales QUALIFY rank <= 5`,
  },
  'visits before sales': {
    plan: [
      ...salesSource,
      { operator: 'parts-source', id: 'visits', options: { path: VISITS, size: 25 } },
      {
        operator: 'cast',
        id: 'visits-cast',
        options: {
          fields: [
            { name: 'entered_at', type: 'datetime' },
            { name: 'customer_id' },
            { name: 'visit', type: 'integer' },
          ],
        },
      },
      {
        operator: 'join',
        from: { left: 'cast', right: 'visits-cast' },
        options: {
          ...{ on: ['customer_id'], kind: 'left', timeRight: 'entered_at' },
          ...{ withinSeconds: 600, outOfOrderSeconds: 900 },
        },
      },
    ],
    fields: ['sold_at', 'store_id', 'customer_id', 'revenue', 'entered_at', 'visit'],
    sql: `SELECT s.*, v.entered_at, v.visit FROM sales s LEFT JOIN visits v
      ON s.customer_id = v.customer_id AND abs(epoch(s.sold_at) - epoch(v.entered_at)) <= 600`,
  },
};

for (const [name, { plan, fields, sql }] of Object.entries(CASES)) {
  t.test(`${name}: a plan gives what DuckDB finds in the files, also when it was interrupted`, async (t) => {
    const found = plain(await duckdb(sql), fields);
    t.ok(found.length > 10);
    const whole = await outputOf(plan);
    t.strictSame(plain(whole.records, fields), found);
    t.ok(whole.checkpoints > 4, 'there were checkpoints to go on from');
    for (let stopAt = 1; stopAt < whole.checkpoints; stopAt += 2) {
      t.strictSame(plain((await outputOf(plan, stopAt)).records, fields), found, `interrupted at checkpoint ${stopAt}`);
    }
  });
}
