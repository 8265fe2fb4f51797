import type { Database } from 'better-sqlite3';
import { type LedgerTotals, ledgerTotals } from '../../engine/ledger.ts';
import { ledgerOfFile } from '../ledger.ts';
import { Statements } from '../statements.ts';

/** A run that loaded something. */
export interface RunTime {
  readonly run_id: number;
  readonly seconds: number;
  readonly records: number;
}

/** The latest runs that loaded something, the newest first. */
export function runTimes(db: Database, limit: number): RunTime[] {
  const sql = `
    SELECT run_id, (ended_at - started_at) / 1000.0 AS seconds, sum(records_read) AS records
    FROM runs JOIN files USING (run_id) WHERE runs.status = 'done' AND files.status = 'done'
    GROUP BY run_id ORDER BY run_id DESC LIMIT ?`;
  return Statements.of(db).get(sql).all(limit) as RunTime[];
}

export interface DriftOfRun {
  readonly file_id: number;
  readonly name: string;
  readonly dataset: string;
  readonly change: string;
  readonly field: string;
  readonly action: string;
}

/** In which columns files of the latest run with files were not as their datasets say. What is in them, the rejected records tell. */
export function latestDrift(db: Database): DriftOfRun[] {
  const sql = `
    SELECT file_id, name, dataset, change, field, action FROM schema_drift JOIN files USING (file_id) JOIN datasets USING (dataset_key)
    WHERE run_id = (SELECT max(run_id) FROM files) AND against = 'dataset' AND action <> 'noted' AND change <> 'retyped' ORDER BY schema_drift_id`;
  return Statements.of(db).get(sql).all() as DriftOfRun[];
}

export interface FileBalance {
  readonly file_id: number;
  readonly name: string;
  readonly disposition: string;
  readonly totals: LedgerTotals;
}

/** What became of the records of the newest finished files. */
export function latestBalances(db: Database, limit: number): FileBalance[] {
  const sql = "SELECT file_id, name, disposition FROM files WHERE status = 'done' ORDER BY file_id DESC LIMIT ?";
  const files = Statements.of(db).get(sql).all(limit) as Omit<FileBalance, 'totals'>[];
  return files.map((file) => ({ ...file, totals: ledgerTotals(ledgerOfFile(db, file.file_id)) }));
}

/** Days on which the daily roll-ups by store, product, category and cell don't come to the same sums. */
export function disagreeingDays(db: Database, from: number, to: number): number[] {
  const sums = (table: string) =>
    `SELECT day, sum(lines) AS lines, sum(revenue) AS revenue FROM ${table} WHERE day BETWEEN ? AND ? GROUP BY day`;
  const tables = ['daily_sales', 'daily_store', 'daily_product', 'daily_category'];
  const sql = `
    SELECT day FROM (${tables.map(sums).join(' UNION ALL ')})
    GROUP BY day HAVING count(*) <> ${tables.length} OR min(lines) <> max(lines) OR min(revenue) <> max(revenue) ORDER BY day`;
  return Statements.of(db)
    .get(sql)
    .pluck()
    .all(...tables.flatMap(() => [from, to])) as number[];
}

/** Price of each product on each day, `[product_id, day, price]`, in 1/10,000 of the currency unit for 1/1,000 of a piece. */
export function productPrices(db: Database, from: number, to: number): [product: string, day: number, price: number][] {
  const sql = `
    SELECT product_id, day, 1.0 * sum(revenue) / sum(quantity) FROM daily_product JOIN products USING (product_key)
    WHERE day BETWEEN ? AND ? GROUP BY product_id, day HAVING sum(quantity) > 0 AND sum(revenue) > 0 ORDER BY day`;
  return Statements.of(db).get(sql).raw().all(from, to) as [string, number, number][];
}
