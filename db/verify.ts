import type { Database } from 'better-sqlite3';
import { ledgerTotals } from '../engine/ledger.ts';
import { CONTRIBUTION_SQL } from './contribution.ts';
import { onSnapshot } from './kpi-query.ts';
import { ledgerOfFile } from './ledger.ts';
import { defineMargin } from './margin.ts';
import { ORDERS_OF_SALES } from './orders.ts';
import { ROLL_UP_TABLES, type RollUpTable } from './roll-up-tables.ts';

/** Something kept that is not what the sales say. */
export interface Difference {
  /** The table, or `ledger`. */
  readonly what: string;
  /** Which row of it: `day 20261123, store_key 4`. */
  readonly where: string;
  readonly column: string;
  readonly kept: number | null;
  readonly expected: number | null;
}

export interface Verification {
  readonly ok: boolean;
  /** What was recomputed, and how many rows each has. */
  readonly checked: Readonly<Record<string, number>>;
  /** The first differences found, up to a hundred of each kind. */
  readonly differences: readonly Difference[];
}

const MOST = 100;
const CELL_KEY = 'day, store_key, product_key';

/** Recomputes roll-ups, orders and the ledger from the sales and compares. Needs a connection that may make temporary tables. */
export function verify(db: Database): Verification {
  defineMargin(db);
  return onSnapshot(db, () => {
    recompute(db);
    const differences = ROLL_UP_TABLES.flatMap((table) => compareRollUp(db, table));
    differences.push(...compareOrders(db), ...compareLedger(db), ...strayRows(db));
    const checked = Object.fromEntries(
      ['sales', 'orders', 'files', ...ROLL_UP_TABLES.map(({ name }) => name)].map((table) => [
        table,
        countOf(db, table),
      ]),
    );
    db.exec('DROP TABLE temp.true_cells; DROP TABLE temp.true_orders; DROP TABLE temp.expected');
    return { ok: differences.length === 0, checked, differences };
  });
}

/** What cells and orders should be, in temporary tables. */
function recompute(db: Database): void {
  db.exec(`
    DROP TABLE IF EXISTS temp.true_cells;
    CREATE TEMP TABLE true_cells AS
      SELECT *, (margin_lines > 0) AS cells, coalesce(margin_sum / margin_lines, 0) AS cell_margin_sum, day / 100 AS month
      FROM (SELECT ${CELL_KEY}, ${CONTRIBUTION_SQL} FROM sales GROUP BY ${CELL_KEY});
    DROP TABLE IF EXISTS temp.true_orders;
    CREATE TEMP TABLE true_orders AS ${ORDERS_OF_SALES.replace('{which}', 'true')};
  `);
}

function compareRollUp(db: Database, { name, key, sums }: RollUpTable): Difference[] {
  const group = key.join(', ');
  const measures = sums.filter((sum) => sum !== 'orders');
  const added = measures.map((sum) => `sum(${sum}) AS ${sum}`).join(', ');
  const cells = `SELECT ${group}, ${added} FROM temp.true_cells GROUP BY ${group}`;
  if (measures.length === sums.length) return compare(db, name, cells, key, sums);
  const period = key[0] === 'month' ? 'day / 100' : 'day';
  const orders = `SELECT ${period} AS ${key[0]}, store_key, count(*) AS orders FROM temp.true_orders GROUP BY 1, 2`;
  const both = `SELECT c.*, coalesce(o.orders, 0) AS orders FROM (${cells}) c LEFT JOIN (${orders}) o USING (${group})`;
  return compare(db, name, both, key, sums);
}

function compareOrders(db: Database): Difference[] {
  return compare(db, 'orders', 'SELECT * FROM temp.true_orders', ['order_ref'], ['day', 'store_key', 'lines']);
}

type Row = Readonly<Record<string, number | null>>;

/** Rows that are kept and not expected, expected and not kept, or other than expected. */
function compare(
  db: Database,
  table: string,
  expected: string,
  key: readonly string[],
  columns: readonly string[],
): Difference[] {
  db.exec(`
    DROP TABLE IF EXISTS temp.expected;
    CREATE TEMP TABLE expected AS ${expected};
    CREATE UNIQUE INDEX temp.expected_key ON expected (${key.join(', ')});
  `);
  const on = key.map((column) => `k.${column} = e.${column}`).join(' AND ');
  const same = columns.map((column) => `k.${column} IS e.${column}`).join(' AND ');
  const select = [
    ...key.map((column) => `coalesce(k.${column}, e.${column}) AS ${column}`),
    ...columns.flatMap((column) => [`k.${column} AS kept_${column}`, `e.${column} AS expected_${column}`]),
  ].join(', ');
  // Two left joins: a full join would not use the keys.
  const sql = `
    SELECT ${select} FROM ${table} k LEFT JOIN temp.expected e ON ${on} WHERE NOT (${same})
    UNION ALL
    SELECT ${select} FROM temp.expected e LEFT JOIN ${table} k ON ${on} WHERE k.${key[0]} IS NULL
    LIMIT ${MOST}`;
  return (db.prepare(sql).all() as Row[]).flatMap((row) => differencesOf(table, row, key, columns));
}

function differencesOf(what: string, row: Row, key: readonly string[], columns: readonly string[]): Difference[] {
  const where = key.map((column) => `${column} ${row[column]}`).join(', ');
  return columns
    .map((column) => ({
      what,
      where,
      column,
      kept: row[`kept_${column}`] ?? null,
      expected: row[`expected_${column}`] ?? null,
    }))
    .filter(({ kept, expected }) => kept !== expected);
}

/** Every finished file's ledger balances, and what it says was written is there, unless a later file took its place. */
function compareLedger(db: Database): Difference[] {
  const files = db.prepare("SELECT file_id, disposition FROM files WHERE status = 'done'").all() as {
    file_id: number;
    disposition: string;
  }[];
  return files.flatMap(({ file_id, disposition }) => {
    const totals = ledgerTotals(ledgerOfFile(db, file_id));
    const where = `file_id ${file_id}`;
    const unbalanced = ['records', 'amount'].flatMap((column) => {
      const unit = column as 'records' | 'amount';
      const kept = totals.read[unit] + totals.adjusted[unit];
      const expected = Object.values(totals.outcomes).reduce((sum, tally) => sum + tally[unit], 0);
      return kept === expected ? [] : [{ what: 'ledger', where, column, kept, expected }];
    });
    return [...unbalanced, ...(disposition === 'merge' ? [] : compareFacts(db, file_id, totals.outcomes.inserted))];
  });
}

function compareFacts(db: Database, fileId: number, inserted: { records: number; amount: number }): Difference[] {
  const sql = `
    SELECT count(*) AS records, coalesce(sum(revenue), 0) AS amount FROM sales
    WHERE sale_id BETWEEN (? << 32) AND (? << 32) + 4294967295`;
  const found = db.prepare(sql).get(fileId, fileId) as { records: number; amount: number };
  return (['records', 'amount'] as const)
    .map((column) => ({
      what: 'ledger',
      where: `file_id ${fileId}, inserted`,
      column,
      kept: inserted[column],
      expected: found[column],
    }))
    .filter(({ kept, expected }) => kept !== expected);
}

/** Rows that belong to no sale or no file. */
function strayRows(db: Database): Difference[] {
  const counts: readonly (readonly [what: string, column: string, sql: string])[] = [
    [
      'sale_attributes',
      'rows without a sale',
      'SELECT count(*) FROM sale_attributes WHERE sale_id NOT IN (SELECT sale_id FROM sales)',
    ],
    [
      'sale_keys',
      'rows without a sale',
      'SELECT count(*) FROM sale_keys WHERE sale_id NOT IN (SELECT sale_id FROM sales)',
    ],
    [
      'dead_letters',
      'rows without a file',
      'SELECT count(*) FROM dead_letters WHERE file_id NOT IN (SELECT file_id FROM files)',
    ],
  ];
  return counts
    .map(([what, column, sql]) => ({
      what,
      where: 'all',
      column,
      kept: db.prepare(sql).pluck().get() as number,
      expected: 0,
    }))
    .filter(({ kept }) => kept > 0);
}

function countOf(db: Database, table: string): number {
  return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
}
