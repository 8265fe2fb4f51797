import type { Database } from 'better-sqlite3';
import { FILE_RANGE } from '../fact-rows.ts';
import { placeholders, Statements } from '../statements.ts';

/** A file whose records are in the warehouse. */
export interface FinishedFile {
  readonly file_id: number;
  readonly name: string;
  readonly dataset: string;
  readonly finished_at: number;
  readonly records_read: number;
}

/** Files that are done, the newest first, without those in `known`. */
export function finishedFiles(db: Database, known: ReadonlySet<number>): FinishedFile[] {
  const sql = `
    SELECT file_id, name, dataset, finished_at, records_read FROM files JOIN datasets USING (dataset_key)
    WHERE status = 'done' ORDER BY file_id DESC`;
  return (Statements.of(db).get(sql).all() as FinishedFile[]).filter(({ file_id }) => !known.has(file_id));
}

/** Names of the datasets whose files only ever add records. */
export function appendedDatasets(db: Database): string[] {
  const sql = `
    SELECT dataset FROM files JOIN datasets USING (dataset_key)
    GROUP BY dataset_key HAVING min(disposition = 'append') = 1 ORDER BY dataset`;
  return Statements.of(db).get(sql).pluck().all() as string[];
}

/** Columns of `sales` by the canonical field whose missing values are counted. */
export const COUNTED_FIELDS = {
  customer_id: 'customer_ref',
  order_id: 'order_ref',
  payment_method: 'payment_key',
  quantity: 'quantity',
  unit_price: 'unit_price',
  discount: 'discount',
  revenue: 'revenue',
  cost: 'cost',
} as const;

/** What a file holds of one day and store. */
export interface FileDay {
  readonly day: number;
  readonly store_id: string;
  readonly region: string;
  readonly lines: number;
  /** Field to how many records have no value there. */
  readonly missing: Readonly<Record<string, number>>;
}

const MISSING = Object.values(COUNTED_FIELDS).map((column) => `sum(${column} IS NULL) AS ${column}`);

/** By day and store, from the file's own range of the sales. */
export function daysOfFile(db: Database, fileId: number): FileDay[] {
  const sql = `
    SELECT day, store_id, region, sum(lines) AS lines, ${Object.values(COUNTED_FIELDS)
      .map((column) => `sum(${column}) AS ${column}`)
      .join(', ')}
    FROM (
      SELECT day, store_key, count(*) AS lines, ${MISSING.join(', ')} FROM sales WHERE sale_id BETWEEN ? AND ? GROUP BY day, store_key
    ) JOIN stores USING (store_key) GROUP BY day, store_id, region`;
  const rows = Statements.of(db)
    .get(sql)
    .all(...rangeOf(fileId)) as Record<string, number>[];
  return rows.map((row) => {
    const { day, store_id, region, lines } = row as unknown as FileDay;
    const counts = Object.entries(COUNTED_FIELDS).map(([field, column]) => [field, row[column] ?? 0]);
    return { day, store_id, region, lines, missing: Object.fromEntries(counts) };
  });
}

export interface Repeated {
  readonly day: number;
  readonly store_id: string;
  readonly region: string;
  readonly records: number;
}

/** Records of a file that are, in every column, in it or in one of the `others` a second time. */
export function repeatedRecords(db: Database, fileId: number, others: readonly number[]): Repeated[] {
  const columns =
    'day, store_key, sold_at, product_key, customer_ref, order_ref, order_line, payment_key, quantity, unit_price, discount, revenue';
  const ranges = [fileId, ...others].map(
    () => 'SELECT sale_id, ' + columns + ' FROM sales WHERE sale_id BETWEEN ? AND ?',
  );
  const sql = `
    SELECT day, store_id, region, sum(repeated) AS records FROM (
      SELECT day, store_key, min(count(*) - 1, sum(sale_id >= ?)) AS repeated
      FROM (${ranges.join(' UNION ALL ')}) GROUP BY ${columns} HAVING count(*) > 1
    ) JOIN stores USING (store_key) GROUP BY day, store_id, region`;
  const [first] = rangeOf(fileId);
  return db.prepare(sql).all(first, ...[fileId, ...others].flatMap(rangeOf)) as Repeated[];
}

function rangeOf(fileId: number): [number, number] {
  return [fileId * FILE_RANGE, (fileId + 1) * FILE_RANGE - 1];
}

export interface FileRejects {
  readonly file_id: number;
  readonly records: number;
}

/** How many records of these files were rejected. */
export function rejectedOf(db: Database, fileIds: readonly number[]): Map<number, number> {
  if (fileIds.length === 0) return new Map();
  const sql = `
    SELECT file_id, sum(records) FROM ledger
    WHERE outcome = 'dead_lettered' AND file_id IN ${placeholders(fileIds.length)} GROUP BY file_id`;
  return new Map(
    db
      .prepare(sql)
      .raw()
      .all(...fileIds) as [number, number][],
  );
}
