import { isConflict } from './errors.ts';
import type { FactRows } from './fact-rows.ts';
import { OrderParts } from './order-parts.ts';
import { OrderRanges } from './order-ranges.ts';
import { ordersOfSales } from './orders-of-sales.ts';
import type { RollUps } from './roll-ups.ts';
import { SaleSequence, type SaleSpan } from './sale-sequence.ts';
import { type Cell, placeholders, ROWS_PER_STATEMENT, RowStatements, repeated, type Statements } from './statements.ts';

/** An order, or the part of it that is about to be added. */
export interface Order {
  readonly ref: number;
  day: number;
  store: number;
  lines: number;
}

type OrderRow = [ref: number, day: number, store: number, lines: number];

const COLUMNS = 'order_ref, day, store_key, lines';

const COUNT_RECOUNTED =
  'SELECT day, store_key, count(*) FROM temp.recounted JOIN single_orders USING (order_ref) GROUP BY day, store_key';
const RECOUNT = `
  INSERT INTO single_orders (${COLUMNS})
  SELECT ${COLUMNS} FROM (${ordersOfSales('order_ref IN (SELECT order_ref FROM temp.recounted)')})`;

/** Fewer orders than this are kept singly. */
const LEAST_IN_RANGE = 16;
/** What it takes to make single orders of a range grows with it. */
const MOST_IN_RANGE = 1024;

/**
 * Knows every order, so that each is counted once however its lines are spread over batches and files. New orders whose refs ascend
 * with their sales are kept as ranges; each of the others, and those of a range in which one more is found, has a row of its own.
 */
export class Orders {
  readonly #statements: Statements;
  readonly #rollUps: RollUps;
  readonly #inserts: RowStatements;
  readonly #ranges: OrderRanges;
  readonly #sequence: SaleSequence;
  readonly #parts = new OrderParts();
  /** Sales of what is gathered have been taken away: what orders come to can't be read from the sales. */
  #isLoosened = false;

  constructor(statements: Statements, rollUps: RollUps) {
    this.#statements = statements;
    this.#rollUps = rollUps;
    this.#ranges = new OrderRanges(statements);
    this.#sequence = new SaleSequence(statements);
    this.#inserts = new RowStatements(
      statements,
      (rows) => `INSERT INTO single_orders (${COLUMNS}) VALUES ${repeated(placeholders(4), rows)}`,
    );
  }

  /** Counts the lines of these rows, which are not among the sales yet. */
  add({ sale_id, order_ref, day, store_key, length }: FactRows): void {
    if (!order_ref || length === 0) return;
    if (this.#sequence.breaksAt(sale_id, length)) this.#ranges.dissolveSales(this.#sequence.span);
    this.#parts.add(sale_id, order_ref, day, store_key, length);
  }

  /** A sale of this order is about to be taken away or to be moved. */
  loosen(ref: number): void {
    this.#isLoosened = true;
    this.#ranges.dissolve(Float64Array.of(ref));
  }

  /** Writes the orders gathered if they ascend, for then none of them can be found in a range made of the others. */
  stage(): void {
    const { size } = this.#parts;
    if (this.#parts.ascendingUntil(0, size) === size) this.flush();
  }

  /** Writes the orders gathered, whose sales have to be in their table. */
  flush(): void {
    if (this.#sequence.ascends && !this.#isLoosened) this.#takeRanges();
    this.#isLoosened = false;
    if (this.#parts.size === 0) return;
    const { refs, size } = this.#parts;
    this.#ranges.dissolve(refs.slice(0, size).sort());
    for (const orders of this.#parts.take(ROWS_PER_STATEMENT)) this.#write(orders);
  }

  clear(): void {
    this.#parts.clear();
    this.#sequence.clear();
    this.#isLoosened = false;
  }

  /** Takes out of the parts what can be kept as ranges. The first and the last order may have lines in other commits. */
  #takeRanges(): void {
    const parts = this.#parts;
    const last = parts.size - 1;
    if (last < LEAST_IN_RANGE) return;
    parts.keep(0, 1);
    for (let from = 1, to = 1; from < last; from = to) {
      to = parts.ascendingUntil(from, last);
      this.#divide(from, to);
    }
    parts.keep(last, last + 1);
    parts.dropRest();
  }

  /** Keeps ascending parts as ranges where no order is known among their refs. */
  #divide(from: number, to: number): void {
    const { refs } = this.#parts;
    if (to - from < LEAST_IN_RANGE) this.#parts.keep(from, to);
    else if (this.#ranges.isFree(refs[from]!, refs[to - 1]!)) this.#addRanges(from, to);
    else {
      const middle = (from + to) >>> 1;
      this.#divide(from, middle);
      this.#divide(middle, to);
    }
  }

  #addRanges(from: number, to: number): void {
    const { refs, days, stores, sales } = this.#parts;
    this.#rollUps.addNewOrders(days.subarray(from, to), stores.subarray(from, to));
    for (let first = from; first < to; first += MOST_IN_RANGE) {
      const end = Math.min(first + MOST_IN_RANGE, to);
      this.#ranges.add({
        firstRef: refs[first]!,
        lastRef: refs[end - 1]!,
        firstSale: sales[first]!,
        // Another part always follows.
        lastSale: sales[end]! - 1,
        orders: end - first,
        lines: this.#parts.linesIn(first, end),
      });
    }
  }

  #write(orders: readonly Order[]): void {
    if (!this.#insertNew(orders)) this.#merge(orders);
  }

  /** The quick way: plain insertion, which an order that is there makes fail as a whole. Returns false then. */
  #insertNew(orders: readonly Order[]): boolean {
    const cells: Cell[] = [];
    for (const { ref, day, store, lines } of orders) cells.push(ref, day, store, lines);
    try {
      this.#inserts.for(orders.length).run(...cells);
    } catch (error) {
      if (!isConflict(error)) throw error;
      return false;
    }
    for (const { day, store } of orders) this.#rollUps.addOrders(day, store, 1);
    return true;
  }

  #merge(parts: readonly Order[]): void {
    const known = this.#find(parts.map(({ ref }) => ref));
    const merged = new Map<number, Order>();
    for (const part of parts) {
      const order = merged.get(part.ref) ?? known.get(part.ref);
      if (order) join(order, part.day, part.store, part.lines);
      merged.set(part.ref, order ?? part);
    }
    const before = this.#find([...known.keys()]);
    for (const order of merged.values()) this.#move(before.get(order.ref), order);
    const cells = [...merged.values()].flatMap(({ ref, day, store, lines }) => [ref, day, store, lines]);
    this.#statements
      .get(`INSERT OR REPLACE INTO single_orders (${COLUMNS}) VALUES ${repeated(placeholders(4), merged.size)}`)
      .run(...cells);
  }

  /**
   * Takes back the orders that have all their lines among the sales of this span, which are about to be removed. Returns those that
   * have others too, to be counted again afterwards.
   */
  release([first, last]: SaleSpan): number[] {
    const lines = new Map<number, number>();
    let from = first;
    for (const range of this.#ranges.ofSales([first, last])) {
      this.#countLines(lines, from, range.firstSale - 1);
      for (const [day, store, orders] of this.#ranges.counts(range)) this.#rollUps.addOrders(day, store, -orders);
      this.#ranges.remove(range);
      from = range.lastSale + 1;
    }
    this.#countLines(lines, from, last);
    return [...lines].filter(([ref, count]) => !this.#takeBack(ref, count)).map(([ref]) => ref);
  }

  #countLines(to: Map<number, number>, first: number, last: number): void {
    const sql = `
      SELECT order_ref, count(*) FROM sales
      WHERE sale_id BETWEEN ? AND ? AND order_ref IS NOT NULL GROUP BY order_ref`;
    for (const [ref, lines] of this.#statements.get(sql).raw().all(first, last) as [number, number][])
      to.set(ref, (to.get(ref) ?? 0) + lines);
  }

  /** Removes a single order if it has no more lines than these. Returns false otherwise. */
  #takeBack(ref: number, lines: number): boolean {
    const sql = 'DELETE FROM single_orders WHERE order_ref = ? AND lines = ? RETURNING day, store_key';
    const [order] = this.#statements.get(sql).raw().all(ref, lines) as [day: number, store: number][];
    if (order) this.#rollUps.addOrders(order[0], order[1], -1);
    return order !== undefined;
  }

  /** Sets these single orders to what their sales say; an order without any is removed. Reads all sales once. */
  recount(refs: readonly number[]): void {
    if (refs.length === 0) return;
    this.#statements.get('CREATE TEMP TABLE IF NOT EXISTS recounted (order_ref INTEGER PRIMARY KEY)').run();
    this.#statements.get('DELETE FROM temp.recounted').run();
    const add = this.#statements.get('INSERT OR IGNORE INTO temp.recounted VALUES (?)');
    for (const ref of refs) add.run(ref);
    for (const [day, store, orders] of this.#statements.get(COUNT_RECOUNTED).raw().all() as number[][]) {
      this.#rollUps.addOrders(day!, store!, -orders!);
    }
    this.#statements.get('DELETE FROM single_orders WHERE order_ref IN (SELECT order_ref FROM temp.recounted)').run();
    this.#statements.get(RECOUNT).run();
    for (const [day, store, orders] of this.#statements.get(COUNT_RECOUNTED).raw().all() as number[][]) {
      this.#rollUps.addOrders(day!, store!, orders!);
    }
  }

  /** Moves an order's count to where it belongs now. */
  #move(from: Order | undefined, to: Order): void {
    if (from) this.#rollUps.addOrders(from.day, from.store, -1);
    this.#rollUps.addOrders(to.day, to.store, 1);
  }

  #find(refs: readonly number[]): Map<number, Order> {
    if (refs.length === 0) return new Map();
    const sql = `SELECT ${COLUMNS} FROM single_orders WHERE order_ref IN ${placeholders(refs.length)}`;
    const rows = this.#statements
      .get(sql)
      .raw()
      .all(...refs) as OrderRow[];
    return new Map(rows.map(([ref, day, store, lines]) => [ref, { ref, day, store, lines }]));
  }
}

/** Adds lines to an order, which counts on the earliest day and there in the lowest store_key of its lines. */
function join(order: Order, day: number, store: number, lines: number): void {
  if (day < order.day || (day === order.day && store < order.store)) {
    order.day = day;
    order.store = store;
  }
  order.lines += lines;
}
