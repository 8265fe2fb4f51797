import { BULK, type BulkFile } from './bulk-file.ts';
import { isConflict } from './errors.ts';
import type { FactRows } from './fact-rows.ts';
import { OrderParts } from './order-parts.ts';
import type { TableImage } from './page-image.ts';
import type { RollUps } from './roll-ups.ts';
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
  'SELECT day, store_key, count(*) FROM temp.recounted JOIN orders USING (order_ref) GROUP BY day, store_key';

/** Orders as the sales have them: see join. The earliest day and its lowest store are found as one number. */
export const ORDERS_OF_SALES = `
  SELECT order_ref, first >> 24 AS day, first & 16777215 AS store_key, lines FROM (
    SELECT order_ref, min((day << 24) | store_key) AS first, count(*) AS lines
    FROM sales WHERE order_ref IS NOT NULL AND {which} GROUP BY order_ref
  )`;

const RECOUNT = `INSERT INTO orders (${COLUMNS}) ${ORDERS_OF_SALES.replace('{which}', 'order_ref IN (SELECT order_ref FROM temp.recounted)')}`;

/** Places of the columns in the table. */
const PLACES = Int32Array.of(1, 2, 3);
/** Below this, inserting them as usual takes no longer. */
const WORTH_STAGING = 200;

/** Keeps one row for each order, so that orders are counted once however their lines are spread over batches and files. */
export class Orders {
  readonly #statements: Statements;
  readonly #rollUps: RollUps;
  readonly #bulk: BulkFile;
  readonly #image: TableImage;
  readonly #inserts: RowStatements;
  /** By column: parts of orders in the order they came. */
  readonly #parts = new OrderParts();
  #staged = 0;

  constructor(statements: Statements, rollUps: RollUps, bulk: BulkFile) {
    this.#statements = statements;
    this.#rollUps = rollUps;
    this.#bulk = bulk;
    this.#image = bulk.image('orders', 4);
    this.#inserts = new RowStatements(
      statements,
      (rows) => `INSERT INTO orders (${COLUMNS}) VALUES ${repeated(placeholders(4), rows)}`,
    );
  }

  /** Counts the lines of these rows. Lines of an order mostly follow each other, and are then one part. */
  add({ order_ref, day, store_key, length }: FactRows): void {
    if (order_ref) this.#parts.add(order_ref, day, store_key, length);
  }

  /**
   * Of the orders gathered, completes those that go the quick way, to be copied when the bulk file is published: at the end, refs
   * that ascend and lie beyond those that are there. The others are written at once. Returns false if there is nothing to copy.
   */
  stage(): boolean {
    const { refs, days, stores, lines, size } = this.#parts;
    const from = this.#bulk.spent ? size : this.#firstNew();
    if (size - from < WORTH_STAGING) {
      this.flush();
      return false;
    }
    const tail = (values: Float64Array) => values.subarray(from, size);
    this.#image.add(tail(refs), [tail(days), tail(stores), tail(lines)], PLACES, size - from);
    this.#rollUps.addNewOrders(tail(days), tail(stores));
    this.#image.finish();
    this.#staged = size - from;
    this.#parts.truncate(from);
    this.flush();
    return true;
  }

  /** Copies what was staged. */
  copy(): void {
    if (this.#staged > 0) this.#statements.get(`INSERT INTO main.orders SELECT * FROM ${BULK}.orders`).run();
    this.#staged = 0;
  }

  /** Where the parts begin that ascend to the end, and of which no order is there yet. */
  #firstNew(): number {
    const { refs, size } = this.#parts;
    let from = size;
    while (from > 0 && refs[from - 1]! >= 0 && (from === size || refs[from - 1]! < refs[from]!)) from--;
    if (from === size) return size;
    const sql = 'SELECT max(order_ref) FROM orders WHERE order_ref <= ?';
    const present =
      (this.#statements
        .get(sql)
        .pluck()
        .get(refs[size - 1]!) as number | null) ?? -1;
    while (from < size && refs[from]! <= present) from++;
    return from;
  }

  flush(): void {
    for (const orders of this.#parts.take(ROWS_PER_STATEMENT)) this.#write(orders);
  }

  clear(): void {
    this.#parts.truncate(0);
    this.#image.clear();
    this.#staged = 0;
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
      .get(`INSERT OR REPLACE INTO orders (${COLUMNS}) VALUES ${repeated(placeholders(4), merged.size)}`)
      .run(...cells);
  }

  /** Sets these orders to what their sales say; an order without any is removed. Reads all sales once. */
  recount(refs: readonly number[]): void {
    if (refs.length === 0) return;
    this.flush();
    this.#statements.get('CREATE TEMP TABLE IF NOT EXISTS recounted (order_ref INTEGER PRIMARY KEY)').run();
    this.#statements.get('DELETE FROM temp.recounted').run();
    const add = this.#statements.get('INSERT OR IGNORE INTO temp.recounted VALUES (?)');
    for (const ref of refs) add.run(ref);
    for (const [day, store, orders] of this.#statements.get(COUNT_RECOUNTED).raw().all() as number[][]) {
      this.#rollUps.addOrders(day!, store!, -orders!);
    }
    this.#statements.get('DELETE FROM orders WHERE order_ref IN (SELECT order_ref FROM temp.recounted)').run();
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
    const sql = `SELECT ${COLUMNS} FROM orders WHERE order_ref IN ${placeholders(refs.length)}`;
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
