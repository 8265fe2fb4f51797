import type { Database } from 'better-sqlite3';
import { KeyedSums } from './keyed-sums.ts';
import { CELL_MEASURES, cellMargin, MARGIN_LINES, MARGIN_SUM, MEASURES } from './roll-up-tables.ts';

const NAMES = [...MEASURES, ...CELL_MEASURES] as const;
const CELLS = MEASURES.length;

/**
 * Gives a connection `product_sums(product_key, measures…)`, an aggregate over rows of daily_sales: a JSON list of
 * `[product_key, sums…]`. In that table products come in order only within a day and store, so that SQLite would sort all rows to
 * group them; a hash table takes half the time.
 */
export function addProductSums(db: Database): void {
  db.aggregate<KeyedSums>('product_sums', {
    start: () => new KeyedSums(NAMES.length),
    // The declaration knows of one argument only.
    step: addCell as unknown as (table: KeyedSums) => void,
    result: asJson,
  });
}

/** Has a parameter for each argument: gathering them into a list would take longer than the sums do. */
function addCell(
  table: KeyedSums,
  product: number,
  lines: number,
  quantity: number,
  revenue: number,
  profit: number,
  costedRevenue: number,
  marginLines: number,
  marginSum: number,
): void {
  const at = table.entry(product, 0, 0) * NAMES.length;
  const { sums } = table;
  sums[at]! += lines;
  sums[at + 1]! += quantity;
  sums[at + 2]! += revenue;
  sums[at + 3]! += profit;
  sums[at + 4]! += costedRevenue;
  sums[at + MARGIN_LINES]! += marginLines;
  sums[at + MARGIN_SUM]! += marginSum;
  sums[at + CELLS]! += Number(marginLines > 0);
  sums[at + CELLS + 1]! += cellMargin(marginLines, marginSum);
}

function asJson({ keys, sums, size, width }: KeyedSums): string {
  const rows = Array.from({ length: size }, (_, entry) => [
    keys[entry * 3],
    ...sums.subarray(entry * width, (entry + 1) * width),
  ]);
  return JSON.stringify(rows);
}

/** Rows of daily_sales that meet `where`, summed by product: a query with product_key and a column for each sum. */
export function productSumsSql(where: string): string {
  const columns = ['product_key', ...NAMES].map((name, index) => `value ->> ${index} AS ${name}`);
  const sums = `SELECT product_sums(product_key, ${MEASURES.join(', ')}) FROM daily_sales WHERE ${where}`;
  return `SELECT ${columns.join(', ')} FROM json_each((${sums}))`;
}
