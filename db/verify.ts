import type { Database } from 'better-sqlite3';
import { ledgerTotals } from '../engine/ledger.ts';
import { type Difference, MOST, STEP, type Steps } from './difference.ts';
import { KeyedSums } from './keyed-sums.ts';
import { ledgerOfFile } from './ledger.ts';
import { dekadOf, monthOf } from './period.ts';
import {
  cellMargin,
  DAILY_SALES,
  MARGIN_LINES,
  MARGIN_SUM,
  MEASURES,
  ROLL_UP_TABLES,
  type RollUpTable,
} from './roll-up-tables.ts';
import { addCells } from './sales-sums.ts';
import { compareOrders } from './verify-orders.ts';

export type { Difference } from './difference.ts';

export interface Verification {
  readonly ok: boolean;
  /** What was recomputed, and how many rows each has. */
  readonly checked: Readonly<Record<string, number>>;
  /** The first differences found, up to a hundred of each kind. */
  readonly differences: readonly Difference[];
}

/** Recomputes roll-ups, orders and the ledger from the sales and compares. */
export function verify(db: Database): Verification {
  const steps = verifying(db);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** The same, bit by bit, on what the warehouse holds when it begins. To be ended with `return()` if it is not gone through. */
export function* verifying(db: Database): Steps<Verification> {
  const isOwn = !db.inTransaction;
  if (isOwn) db.exec('BEGIN');
  try {
    return yield* compareAll(db);
  } finally {
    if (isOwn) db.exec('COMMIT');
  }
}

function* compareAll(db: Database): Steps<Verification> {
  const orders = new KeyedSums(1);
  const differences = yield* compareOrders(db, orders);
  const expected = expectedRollUps(yield* cellsOfAll(db), orders, categoriesOf(db));
  for (const [table, sums] of expected) {
    yield;
    differences.push(...compareRollUp(db, table, sums));
  }
  differences.push(...(yield* compareLedger(db)), ...strayRows(db));
  return { ok: differences.length === 0, checked: rowsChecked(db), differences };
}

/** What all sales come to, by day, store and product. */
function* cellsOfAll(db: Database): Steps<KeyedSums> {
  const cells = new KeyedSums(MEASURES.length);
  const after = db.prepare('SELECT sale_id FROM sales WHERE sale_id > ? ORDER BY sale_id LIMIT 1 OFFSET ?').pluck();
  for (let last = Number.MIN_SAFE_INTEGER; last < Number.MAX_SAFE_INTEGER; ) {
    const first = last + 1;
    last = (after.get(last, STEP - 1) as number | undefined) ?? Number.MAX_SAFE_INTEGER;
    addCells(cells, db, [first, last]);
    yield;
  }
  return cells;
}

/** What every roll-up should hold. */
function expectedRollUps(
  cells: KeyedSums,
  orders: KeyedSums,
  categories: Categories,
): (readonly [RollUpTable, KeyedSums])[] {
  const coarse = ROLL_UP_TABLES.filter((table) => table !== DAILY_SALES).map((table) => {
    const sums = new KeyedSums(table.sums.length);
    addTo(sums, table, cells, categories, (from, at, sum) => {
      sum.set(from.subarray(at, at + MEASURES.length));
      sum[MEASURES.length] = Number(from[at + MARGIN_LINES]! > 0);
      sum[MEASURES.length + 1] = cellMargin(from[at + MARGIN_LINES]!, from[at + MARGIN_SUM]!);
    });
    if (table.sums.includes('orders')) {
      addTo(sums, table, orders, categories, (from, at, sum) => {
        sum[table.sums.indexOf('orders')] = from[at]!;
      });
    }
    return [table, sums] as const;
  });
  return [[DAILY_SALES, cells], ...coarse];
}

const PARTS = ['day', 'store_key', 'product_key', 'month', 'category_key', 'dekad'];

/** Category keys by product key. */
type Categories = ReadonlyMap<number, number>;

function categoriesOf(db: Database): Categories {
  const sql = 'SELECT product_key, category_key FROM products JOIN categories USING (category)';
  return new Map(db.prepare(sql).raw().all() as [number, number][]);
}

/** Adds to the sums of a table what `fill` writes for each entry of `from`. */
function addTo(
  to: KeyedSums,
  table: RollUpTable,
  from: KeyedSums,
  categories: Categories,
  fill: (from: Float64Array, at: number, sum: Float64Array) => void,
): void {
  const sum = new Float64Array(to.width);
  const parts = new Float64Array(PARTS.length);
  const [a, b, c] = table.key.map((name) => PARTS.indexOf(name));
  for (let entry = 0; entry < from.size; entry++) {
    for (let i = 0; i < 3; i++) parts[i] = from.keys[entry * 3 + i]!;
    parts[3] = monthOf(parts[0]!);
    parts[4] = categories.get(parts[2]!) ?? 0;
    parts[5] = dekadOf(parts[0]!);
    fill(from.sums, entry * from.width, sum);
    to.add(parts[a!]!, parts[b!]!, c === undefined ? 0 : parts[c]!, sum, 0);
  }
}

function compareRollUp(db: Database, { name, key, sums }: RollUpTable, expected: KeyedSums): Difference[] {
  const differences: Difference[] = [];
  const seen = new Uint8Array(expected.size);
  const rows = db
    .prepare(`SELECT ${[...key, ...sums].join(', ')} FROM ${name}`)
    .raw()
    .iterate() as Iterable<number[]>;
  const note = (keys: ArrayLike<number>, column: number, kept: number | null, value: number | null) => {
    if (kept === value || differences.length === MOST) return;
    const where = key.map((part, i) => `${part} ${keys[i]}`).join(', ');
    differences.push({ what: name, where, column: sums[column]!, kept, expected: value });
  };
  for (const row of rows) {
    const entry = expected.find(row[0]!, row[1]!, key.length > 2 ? row[2]! : 0);
    if (entry >= 0) seen[entry] = 1;
    for (let i = 0; i < sums.length; i++) {
      const value = entry < 0 ? null : expected.sums[entry * expected.width + i]!;
      note(row, i, row[key.length + i]!, value);
    }
  }
  for (let entry = 0; entry < expected.size; entry++) {
    const keys = expected.keys.subarray(entry * 3, entry * 3 + 3);
    for (let i = 0; i < sums.length && seen[entry] === 0; i++)
      note(keys, i, null, expected.sums[entry * expected.width + i]!);
  }
  return differences;
}

/** Every finished file's ledger balances, and what it says was written is there, unless a later file took its place. */
function* compareLedger(db: Database): Steps<Difference[]> {
  const files = db.prepare("SELECT file_id, disposition FROM files WHERE status = 'done'").all() as LoadedFile[];
  const differences: Difference[] = [];
  for (const file of files) {
    yield;
    differences.push(...compareFile(db, file));
  }
  return differences;
}

interface LoadedFile {
  readonly file_id: number;
  readonly disposition: string;
}

function compareFile(db: Database, { file_id, disposition }: LoadedFile): Difference[] {
  const totals = ledgerTotals(ledgerOfFile(db, file_id));
  const where = `file_id ${file_id}`;
  const unbalanced = (['records', 'amount'] as const).flatMap((column) => {
    const kept = totals.read[column] + totals.adjusted[column];
    const expected = Object.values(totals.outcomes).reduce((sum, tally) => sum + tally[column], 0);
    return kept === expected ? [] : [{ what: 'ledger', where, column, kept, expected }];
  });
  return [...unbalanced, ...(disposition === 'merge' ? [] : compareFacts(db, file_id, totals.outcomes.inserted))];
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

function rowsChecked(db: Database): Record<string, number> {
  const count = (sql: string) => db.prepare(sql).pluck().get() as number;
  const rowsOf = (table: string) => count(`SELECT count(*) FROM ${table}`);
  const inRanges = count('SELECT coalesce(sum(orders), 0) FROM order_ranges');
  const orders = rowsOf('single_orders') + inRanges;
  const rollUps = ROLL_UP_TABLES.map(({ name }) => [name, rowsOf(name)]);
  return { sales: rowsOf('sales'), orders, files: rowsOf('files'), ...Object.fromEntries(rollUps) };
}
