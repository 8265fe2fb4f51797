import type { Batch } from '../engine/batch.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { WriteTallies } from '../operators/warehouse.ts';
import { contribution } from './contribution.ts';
import { isConflict } from './errors.ts';
import { cellOf, FACT_COLUMNS, type FactRows, sliceRows } from './fact-rows.ts';
import type { FactAppender } from './facts.ts';
import type { Orders } from './orders.ts';
import type { RollUps } from './roll-ups.ts';
import { type Cell, placeholders, ROWS_PER_STATEMENT, repeated, type Statements } from './statements.ts';

/** Between the parts of a key; no text of a CSV contains it. */
const SEPARATOR = '\u001f';

/** A sale as it is kept: its values in the order of FACT_COLUMNS, and its attributes. */
interface Kept {
  readonly values: readonly (number | null)[];
  readonly attributes: string | null;
}

const SALE_ID = FACT_COLUMNS.indexOf('sale_id');
const DAY = FACT_COLUMNS.indexOf('day');
const STORE = FACT_COLUMNS.indexOf('store_key');
const PRODUCT = FACT_COLUMNS.indexOf('product_key');
const ORDER = FACT_COLUMNS.indexOf('order_ref');
const QUANTITY = FACT_COLUMNS.indexOf('quantity');
const REVENUE = FACT_COLUMNS.indexOf('revenue');
const COST = FACT_COLUMNS.indexOf('cost');

/** Parts of the warehouse that a merge writes to. */
export interface MergeTargets {
  readonly facts: FactAppender;
  readonly orders: Orders;
  readonly rollUps: RollUps;
}

/**
 * Writes rows that have a natural key: the newer one wins. What an older one, or an identical new one, had added to the
 * roll-ups is taken out again, for `aggregate` has counted every row.
 */
export class Merger {
  readonly #statements: Statements;
  readonly #targets: MergeTargets;
  /** Orders whose lines have moved, to be counted again. */
  readonly #moved = new Set<number>();
  /** The last keys were all new, so the next ones probably are. */
  #expectNew = true;

  constructor(statements: Statements, targets: MergeTargets) {
    this.#statements = statements;
    this.#targets = targets;
  }

  write(batch: Batch, rows: FactRows, datasetKey: number, primaryKey: readonly string[]): WriteTallies {
    const keys = keysOf(batch, primaryKey);
    const tallies = { inserted: tally(), updated: tally(), unchanged: tally() };
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
      const to = Math.min(from + ROWS_PER_STATEMENT, rows.length);
      const some = sliceRows(rows, from, to);
      const someKeys = keys.slice(from, to);
      if (!this.#expectNew || !this.#insertNew(some, someKeys, datasetKey, tallies))
        this.#merge(some, someKeys, datasetKey, tallies);
    }
    return tallies;
  }

  /** Counts again the orders that lost lines. To be called when the rows given so far have been written. */
  flush(): void {
    this.#targets.orders.recount([...this.#moved]);
    this.#moved.clear();
  }

  clear(): void {
    this.#expectNew = true;
    this.#moved.clear();
  }

  /** The quick way: all keys are new. A key that is there makes the insertion fail as a whole; returns false then. */
  #insertNew(rows: FactRows, keys: readonly string[], datasetKey: number, tallies: Tallies): boolean {
    const cells: Cell[] = [];
    keys.forEach((key, row) => {
      cells.push(datasetKey, key, rows.sale_id[row]!);
    });
    try {
      const sql = `INSERT INTO sale_keys (dataset_key, key, sale_id) VALUES ${repeated(placeholders(3), keys.length)}`;
      this.#statements.get(sql).run(...cells);
    } catch (error) {
      if (!isConflict(error)) throw error;
      return false;
    }
    this.#targets.orders.add(rows);
    this.#targets.facts.append(rows);
    for (let row = 0; row < rows.length; row++) count(tallies.inserted, rows, row);
    return true;
  }

  #merge(rows: FactRows, keys: readonly string[], datasetKey: number, tallies: Tallies): void {
    const kept = this.#find(datasetKey, keys);
    this.#expectNew = kept.size === 0;
    const written = new Set<string>();
    keys.forEach((key, row) => {
      // A key that comes again meets the row that was written a moment ago.
      const old = written.has(key) ? this.#find(datasetKey, [key]).get(key) : kept.get(key);
      if (old && isSame(old, rows, row)) {
        this.#subtract(FACT_COLUMNS.map((name) => cellOf(rows[name], row)));
        count(tallies.unchanged, rows, row);
        return;
      }
      this.#put(sliceRows(rows, row, row + 1), key, old, datasetKey);
      count(tallies[old ? 'updated' : 'inserted'], rows, row);
      written.add(key);
    });
  }

  /** Writes one row, in the place of an older one if there is one. */
  #put(row: FactRows, key: string, old: Kept | undefined, datasetKey: number): void {
    if (old) this.#remove(old);
    const stays = old !== undefined && staysInOrder(old, row);
    if (!stays) this.#targets.orders.add(row);
    const order = old?.values[ORDER] ?? null;
    if (!stays && order !== null) this.#moved.add(order);
    const sql = 'INSERT OR REPLACE INTO sale_keys (dataset_key, key, sale_id) VALUES (?, ?, ?)';
    this.#statements.get(sql).run(datasetKey, key, row.sale_id[0]!);
    this.#targets.facts.append(row);
  }

  #remove({ values }: Kept): void {
    this.#subtract(values);
    const order = values[ORDER] ?? null;
    if (order !== null) this.#targets.orders.loosen(order);
    for (const table of ['sales', 'sale_attributes']) {
      this.#statements.get(`DELETE FROM ${table} WHERE sale_id = ?`).run(values[SALE_ID]);
    }
  }

  #subtract(values: readonly (number | null)[]): void {
    const sums = contribution(values[QUANTITY]!, values[REVENUE]!, values[COST]!, -1);
    this.#targets.rollUps.addCell(values[DAY]!, values[STORE]!, values[PRODUCT]!, sums);
  }

  #find(datasetKey: number, keys: readonly string[]): Map<string, Kept> {
    this.#targets.facts.settle();
    const sql = `
      SELECT k.key, a.attributes, ${FACT_COLUMNS.map((name) => `s.${name}`).join(', ')}
      FROM sale_keys k JOIN sales s ON s.sale_id = k.sale_id LEFT JOIN sale_attributes a ON a.sale_id = k.sale_id
      WHERE k.dataset_key = ? AND k.key IN ${placeholders(keys.length)}`;
    const found = this.#statements
      .get(sql)
      .raw()
      .all(datasetKey, ...keys) as [string, string | null, ...(number | null)[]][];
    return new Map(found.map(([key, attributes, ...values]) => [key, { values, attributes }]));
  }
}

type Tallies = { [Outcome in keyof WriteTallies]: { records: number; amount: number } };

function tally(): { records: number; amount: number } {
  return { records: 0, amount: 0 };
}

function count(to: { records: number; amount: number }, rows: FactRows, row: number): void {
  to.records++;
  to.amount += cellOf(rows.revenue, row) ?? 0;
}

/** Are they equal in all but where they came from? */
function isSame(old: Kept, rows: FactRows, row: number): boolean {
  if (old.attributes !== (rows.attributes?.[row] ?? null)) return false;
  return FACT_COLUMNS.every((name, i) => i === SALE_ID || old.values[i] === cellOf(rows[name], row));
}

/** Does the newer row count for the same order, on the same day and in the same store? */
function staysInOrder({ values }: Kept, row: FactRows): boolean {
  return [ORDER, DAY, STORE].every((i) => values[i] === cellOf(row[FACT_COLUMNS[i]!], 0));
}

/** The key of each record as one text. */
function keysOf(batch: Batch, primaryKey: readonly string[]): string[] {
  const parts = primaryKey.map((name) => partOf(batch, name));
  return Array.from({ length: batch.length }, (_, row) => parts.map((part) => part(row)).join(SEPARATOR));
}

/** Reads one field of a key: a column, or one of the attributes. */
function partOf(batch: Batch, name: string): (row: number) => string {
  const column = batch.columns.get(name);
  if (column) return (row) => String(column.get(row) ?? '');
  const attributes = batch.columns.get('attributes');
  if (!attributes)
    throw new TillstreamError('missing_key', `the primary key needs a column "${name}", and the records have none`);
  return (row) => String((JSON.parse(String(attributes.get(row) ?? '{}')) as Record<string, unknown>)[name] ?? '');
}
