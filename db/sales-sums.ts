import type { Database } from 'better-sqlite3';
import { contribution } from './contribution.ts';
import { KeyedSums } from './keyed-sums.ts';
import { MEASURES } from './roll-up-tables.ts';

type SaleRow = [
  day: number,
  store: number,
  product: number,
  quantity: number | null,
  revenue: number | null,
  cost: number | null,
];

/** What the sales from one id to another add to the cells, by day, store and product; with `sign` -1, what they take off. */
export function cellsOfSales(db: Database, span: readonly [first: number, last: number], sign: 1 | -1 = 1): KeyedSums {
  const cells = new KeyedSums(MEASURES.length);
  addCells(cells, db, span, sign);
  return cells;
}

/** The same, added to cells that are there already. */
export function addCells(
  cells: KeyedSums,
  db: Database,
  [first, last]: readonly [number, number],
  sign: 1 | -1 = 1,
): void {
  const sums = new Float64Array(MEASURES.length);
  // Summed here and not by GROUP BY, which would sort all rows.
  const rows = db
    .prepare('SELECT day, store_key, product_key, quantity, revenue, cost FROM sales WHERE sale_id BETWEEN ? AND ?')
    .raw()
    .iterate(first, last) as Iterable<SaleRow>;
  for (const [day, store, product, quantity, revenue, cost] of rows) {
    cells.add(day, store, product, contribution(quantity, revenue, cost, sign, sums), 0);
  }
}
