import type { Database } from 'better-sqlite3';
import { type Difference, MOST, STEP, type Steps } from './difference.ts';
import type { KeyedSums } from './keyed-sums.ts';
import { ordersOfSales } from './orders-of-sales.ts';

const SINGLE = ['order_ref', 'day', 'store_key', 'lines'] as const;
const RANGE = ['last_ref', 'first_ref', 'first_sale', 'last_sale', 'orders', 'lines'] as const;

type Row<Columns extends readonly string[]> = { readonly [Name in Columns[number]]: number };
type Single = Row<typeof SINGLE>;
type Range = Row<typeof RANGE>;
type Order = Single & { readonly first_sale: number; readonly last_sale: number };

/**
 * Compares what is kept of orders with what the sales say, all in the order of their refs, and counts those of the sales by day and
 * store into `counted`.
 */
export function* compareOrders(db: Database, counted: KeyedSums): Steps<Difference[]> {
  const comparison = new OrderComparison(db);
  let compared = 0;
  try {
    const orders = db.prepare(`${ordersOfSales('true')} ORDER BY order_ref`).iterate();
    for (const order of orders as IterableIterator<Order>) {
      const entry = counted.entry(order.day, order.store_key, 0);
      counted.sums[entry]!++;
      comparison.add(order);
      if (++compared % STEP === 0) yield;
    }
    comparison.finish();
  } finally {
    comparison.close();
  }
  return comparison.differences;
}

/** Goes through single orders and ranges while orders of the sales come, whose refs ascend. */
class OrderComparison {
  readonly differences: Difference[] = [];
  readonly #db: Database;
  readonly #singles: Ascending<Single>;
  readonly #ranges: Ascending<Range>;
  /** What the sales have of the range that is next. */
  #found: Range | null = null;

  constructor(db: Database) {
    this.#db = db;
    this.#singles = new Ascending(db, `SELECT ${SINGLE.join(', ')} FROM single_orders ORDER BY order_ref`);
    this.#ranges = new Ascending(db, `SELECT ${RANGE.join(', ')} FROM order_ranges ORDER BY last_ref`);
  }

  add(order: Order): void {
    this.#pass(order.order_ref);
    const range = this.#ranges.next;
    if (range && range.first_ref <= order.order_ref) this.#found = withOrder(this.#found, order);
    else if (this.#singles.next?.order_ref === order.order_ref) this.#compareSingle(this.#singles.take(), order);
    else this.#compareSingle(null, order);
  }

  finish(): void {
    this.#pass(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#singles.close();
    this.#ranges.close();
  }

  /** No order of the sales comes any more whose ref is below this one. */
  #pass(ref: number): void {
    for (let { next } = this.#ranges; next && next.last_ref < ref; next = this.#ranges.next) {
      this.#compareRange(this.#ranges.take()!);
    }
    while (this.#singles.next && this.#singles.next.order_ref < ref) this.#compareSingle(this.#singles.take(), null);
  }

  #compareSingle(kept: Single | null, expected: Single | null): void {
    const where = `order_ref ${(kept ?? expected)!.order_ref}`;
    for (const column of SINGLE.slice(1))
      this.#report(where, column, kept?.[column] ?? null, expected?.[column] ?? null);
  }

  #compareRange(kept: Range): void {
    const where = `order_ref ${kept.first_ref} to ${kept.last_ref}`;
    const found = this.#found;
    this.#found = null;
    for (const column of ['first_ref', 'last_ref', 'first_sale', 'orders', 'lines'] as const)
      this.#report(where, column, kept[column], found?.[column] ?? null);
    if (found && found.last_sale > kept.last_sale) this.#report(where, 'last_sale', kept.last_sale, found.last_sale);
    this.#report(where, 'lines', kept.lines, this.#linesAmong(kept));
  }

  /** Lines of orders, of whichever, among the sales of a range. */
  #linesAmong({ first_sale, last_sale }: Range): number {
    const sql = 'SELECT count(order_ref) FROM sales WHERE sale_id BETWEEN ? AND ?';
    return this.#db.prepare(sql).pluck().get(first_sale, last_sale) as number;
  }

  #report(where: string, column: string, kept: number | null, expected: number | null): void {
    if (kept !== expected && this.differences.length < MOST)
      this.differences.push({ what: 'orders', where, column, kept, expected });
  }
}

function withOrder(range: Range | null, { order_ref, first_sale, last_sale, lines }: Order): Range {
  return {
    first_ref: range?.first_ref ?? order_ref,
    last_ref: order_ref,
    first_sale: Math.min(range?.first_sale ?? first_sale, first_sale),
    last_sale: Math.max(range?.last_sale ?? last_sale, last_sale),
    orders: (range?.orders ?? 0) + 1,
    lines: (range?.lines ?? 0) + lines,
  };
}

/** The rows of a query, one looked at before it is taken. */
class Ascending<T> {
  next: T | null;
  readonly #rows: IterableIterator<T>;

  constructor(db: Database, sql: string) {
    this.#rows = db.prepare(sql).iterate() as IterableIterator<T>;
    this.next = this.#read();
  }

  take(): T | null {
    const row = this.next;
    this.next = this.#read();
    return row;
  }

  close(): void {
    this.#rows.return?.();
  }

  #read(): T | null {
    const { done, value } = this.#rows.next();
    return done ? null : value;
  }
}
