import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Sample } from './data.ts';
import { firstLine, type Measured, measure } from './measure.ts';

/** What a competitor made of a sample. */
export interface Loaded extends Measured {
  readonly rows: number;
  /** In 1/10,000 of the currency unit; undefined for one that sums nothing. */
  readonly revenue: number | undefined;
}

/** Somebody who loads files; each load is a process of its own, timed from outside. */
export interface Competitor {
  readonly name: string;
  /** What it does, for the reader of the results. */
  readonly task: string;
  /** Undefined where it is not installed. */
  version(): Promise<string | undefined>;
  /** Loads into `folder`, which is empty and its own. Setting up and reading the result are not timed. */
  load(sample: Sample, folder: string): Promise<Loaded>;
}

export interface Surroundings {
  /** The product catalogue that sales refer to. */
  readonly catalogue: string;
  /** Python with pandas. */
  readonly python: string;
  /** Of `tillstream init --example NAME`; without it the datasets that ship. */
  readonly example?: string;
}

const HERE = import.meta.dirname;
const TILLSTREAM = join(HERE, '..', 'bin', 'tillstream.js');
const SQL_REVENUE = `SELECT count(*) AS rows, sum(CAST(round(quantity * unit_price * (1 - discount) * 10000) AS INTEGER)) AS revenue
  FROM sales`;
const SQL_RETAIL_REVENUE = `SELECT count(*) AS rows, sum(CAST(round(Quantity * UnitPrice * 10000) AS INTEGER)) AS revenue
  FROM sales`;

export function tillstream({ example }: Surroundings, environment: NodeJS.ProcessEnv = {}): Competitor {
  return {
    name: 'tillstream',
    task: 'validated, enriched, aggregated, keyed, reconciled, checkpointed',
    version: async () => `Node ${process.version}`,
    async load(sample, folder) {
      const home = join(folder, 'home');
      const kind = example === undefined ? [] : ['--example', example];
      await measure([process.execPath, TILLSTREAM, 'init', home, ...kind]);
      const command = [process.execPath, TILLSTREAM, 'ingest', ...sample.files, '--home', home, '--json'];
      const measured = await measure(command, environment);
      return { ...measured, ...ingested(JSON.parse(measured.stdout)) };
    },
  };
}

interface IngestReport {
  readonly files: readonly { inserted: number; status: string; revenue: { inserted: string } }[];
  readonly ledger: { balanced: boolean };
}

function ingested({ files, ledger }: IngestReport): { rows: number; revenue: number } {
  if (!ledger.balanced) throw new Error('tillstream: the ledger does not balance');
  const failed = files.find(({ status }) => status !== 'done');
  if (failed) throw new Error(`tillstream: a file is ${failed.status}`);
  const rows = files.reduce((sum, file) => sum + file.inserted, 0);
  return { rows, revenue: files.reduce((sum, file) => sum + tenThousandths(file.revenue.inserted), 0) };
}

function tenThousandths(amount: string): number {
  const [whole = '0', fraction = ''] = amount.split('.');
  return Number(whole + fraction.padEnd(4, '0'));
}

export function sqliteImport({ example }: Surroundings): Competitor {
  return {
    name: 'sqlite3 .import',
    task: 'into a bare table without keys',
    version: () => firstLine(['sqlite3', '--version']).then((line) => line && `SQLite ${line.split(' ')[0]}`),
    async load(sample, folder) {
      const path = join(folder, 'bare.db');
      const [first = '', ...others] = sample.files;
      const imports = others.map((file) => `.import --skip 1 '${file}' sales`);
      const measured = await measure(['sqlite3', path, '.mode csv', `.import '${first}' sales`, ...imports]);
      return { ...measured, ...totals(path, example === undefined ? SQL_REVENUE : SQL_RETAIL_REVENUE) };
    },
  };
}

function totals(path: string, sql: string): { rows: number; revenue: number } {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[], { rows: number; revenue: number }>(sql).get() ?? { rows: 0, revenue: 0 };
  } finally {
    database.close();
  }
}

export function duckdb(): Competitor {
  return {
    name: 'DuckDB',
    task: 'read_csv into a table with a computed column, and a group-by',
    version: async () => packageVersion('@duckdb/node-api'),
    load: (sample, folder) => peer([process.execPath, script('duckdb.ts'), file(sample), join(folder, 'duck.db')]),
  };
}

export function usualNode({ catalogue }: Surroundings): Competitor {
  return {
    name: 'the usual Node way',
    task: 'csv-parse with columns, four object-mode Transforms, better-sqlite3 in transactions of 1,000',
    version: async () => `Node ${process.version}`,
    load: (sample, folder) =>
      peer([process.execPath, script('usual-node.ts'), file(sample), catalogue, join(folder, 'usual.db')]),
  };
}

export function pandasStack({ python }: Surroundings): Competitor {
  return {
    name: 'pandas stack',
    task: 'read_csv, numeric coercion, group-by, to_sql with three indexes',
    version: () =>
      firstLine([python, '-c', 'import pandas; print(pandas.__version__)']).then((line) => line && `pandas ${line}`),
    load: (sample, folder) => peer([python, script('pandas_stack.py'), file(sample), join(folder, 'pandas.db')]),
  };
}

export function csvParse(): Competitor {
  return {
    name: 'csv-parse alone',
    task: 'arrays, no consumer',
    version: async () => packageVersion('csv-parse'),
    load: (sample) => peer([process.execPath, script('csv-parse.ts'), file(sample)]),
  };
}

async function peer(command: readonly string[]): Promise<Loaded> {
  const measured = await measure(command);
  const { rows, revenue } = JSON.parse(measured.stdout) as { rows: number; revenue: number | null };
  return { ...measured, rows, revenue: revenue === null ? undefined : Math.round(revenue * 10_000) };
}

/** Name and version of a package, or undefined where it is not installed. */
function packageVersion(name: string): string | undefined {
  const path = join(HERE, '..', 'node_modules', name, 'package.json');
  return existsSync(path) ? `${name} ${JSON.parse(readFileSync(path, 'utf8')).version}` : undefined;
}

function script(name: string): string {
  return join(HERE, 'peers', name);
}

/** Those that read one file only. */
function file({ files }: Sample): string {
  const [first, ...others] = files;
  if (first === undefined || others.length > 0) throw new Error('this competitor loads exactly one file');
  return first;
}

/** All CSV files of a folder, as a sample whose totals are known. */
export function folderSample(folder: string, rows: number, revenue: number): Sample {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => join(folder, name));
  return { files, rows, revenue, bytes: files.reduce((sum, path) => sum + statSync(path).size, 0) };
}
