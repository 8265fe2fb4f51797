import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { onSnapshot } from './kpi-query.ts';
import { CELL_MEASURES, MEASURES } from './roll-up-tables.ts';

/** Bits of the number in an identifier's reference, see identifiers.ts. */
const NUMBER = 2 ** 36;

/** An identifier as text, whatever key its affix happens to have. A negative reference is the key of a text without number. */
const identifier = (ref: string) =>
  `(SELECT affix FROM affixes WHERE affix_key = iif(${ref} < 0, ${ref}, ${ref} >> 36)) || '#' || iif(${ref} < 0, '', ${ref} & ${NUMBER - 1})`;

const STORE = 'store_id, region, currency';
const PRODUCT = 'product_id, category';
const measures = MEASURES.join(', ');
const coarse = `${measures}, ${CELL_MEASURES.join(', ')}`;
const FILE = '(SELECT name FROM files f WHERE f.file_id = {of}.file_id) AS file';
const fileOf = (table: string) => FILE.replace('{of}', table);

/** What the warehouse says, without the keys and times that tell how it came about. */
const CONTENTS: Readonly<Record<string, string>> = {
  files: 'SELECT name, size_bytes, content_hash, status, records_read FROM files ORDER BY name, file_id',
  sales: `
    SELECT ${fileOf('s')}, line, sold_at, day, ${STORE}, ${PRODUCT}, ${identifier('customer_ref')} AS customer,
      ${identifier('order_ref')} AS order_id, order_line, payment_method, quantity, unit_price, discount, revenue, cost, attributes
    FROM sales s JOIN stores USING (store_key) JOIN products USING (product_key) LEFT JOIN payments USING (payment_key)
    LEFT JOIN sale_attributes USING (sale_id) ORDER BY file, line`,
  orders: `
    SELECT ${identifier('order_ref')} AS order_id, day, ${STORE}, lines FROM orders JOIN stores USING (store_key) ORDER BY order_id`,
  products: `SELECT ${PRODUCT}, product_name, brand, cost_price FROM products ORDER BY 1, 2`,
  daily_sales: `
    SELECT day, ${STORE}, ${PRODUCT}, ${measures} FROM daily_sales JOIN stores USING (store_key) JOIN products USING (product_key)
    ORDER BY 1, 2, 3, 4, 5, 6`,
  daily_store: `SELECT day, ${STORE}, ${coarse}, orders FROM daily_store JOIN stores USING (store_key) ORDER BY 1, 2, 3, 4`,
  month_product: `SELECT month, ${PRODUCT}, ${coarse} FROM month_product JOIN products USING (product_key) ORDER BY 1, 2, 3`,
  dead_letters: `
    SELECT ${fileOf('d')}, line, byte_offset, operator, reason, field, message, faults, raw, amount FROM dead_letters d ORDER BY 1, 2, 5, 9`,
  ledger: `SELECT ${fileOf('l')}, operator, outcome, reason, records, amount FROM ledger l ORDER BY 1, 2, 3, 4`,
};

/**
 * A digest of each part of the warehouse's logical contents: equal for two warehouses that say the same, whatever
 * interruptions they went through.
 */
export function contentsDigest(db: Database): Record<string, string> {
  return onSnapshot(db, () =>
    Object.fromEntries(Object.entries(CONTENTS).map(([part, sql]) => [part, digest(db, sql)])),
  );
}

function digest(db: Database, sql: string): string {
  const hash = createHash('sha256');
  for (const row of db.prepare(sql).raw().iterate()) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}
