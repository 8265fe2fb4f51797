import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import type { BulkFile } from './bulk-file.ts';
import { CellStaging } from './cell-staging.ts';
import { type Dimensions, KeyColumn } from './dimensions.ts';
import { days, integers } from './fact-rows.ts';
import { KeyedSums } from './keyed-sums.ts';
import { MARGIN_SCALE } from './margin.ts';
import { ProductCategories } from './product-categories.ts';
import {
  CELL_MEASURES,
  cellMargin,
  DAILY_CATEGORY,
  DAILY_PRODUCT,
  DAILY_SALES,
  DAILY_STORE,
  MARGIN_LINES,
  MARGIN_SUM,
  MEASURES,
  MONTH_CATEGORY,
  MONTH_PRODUCT,
  MONTH_SALES,
  MONTH_STORE,
} from './roll-up-tables.ts';
import { RollUpWriter } from './roll-up-writer.ts';
import type { Statements } from './statements.ts';

const SCALES: Readonly<Record<(typeof MEASURES)[number], number>> = {
  lines: 1,
  quantity: QUANTITY_SCALE,
  revenue: MONEY_SCALE,
  profit: MONEY_SCALE,
  costed_revenue: MONEY_SCALE,
  margin_lines: 1,
  margin_sum: MARGIN_SCALE,
};
/** Margins may also come as plain integers, which are millionths already. */
function scaleOf(batch: Batch, name: (typeof MEASURES)[number]): number {
  const column = batch.column(name);
  return name === 'margin_sum' && column.kind === 'number' && column.scale === 1 ? 1 : SCALES[name];
}

const CELLS = MEASURES.length;
const CELL_MARGINS = CELLS + 1;
const ORDERS = MEASURES.length + CELL_MEASURES.length;

/** Gathers what changes in the roll-ups, and applies it to all of them at once. */
export class RollUps {
  readonly #stores: KeyColumn;
  readonly #products: KeyColumn;
  readonly #cells = new KeyedSums(MEASURES.length);
  readonly #orders = new KeyedSums(1);
  readonly #dailyStore = new KeyedSums(DAILY_STORE.sums.length);
  readonly #dailyProduct = new KeyedSums(DAILY_PRODUCT.sums.length);
  readonly #dailyCategory = new KeyedSums(DAILY_CATEGORY.sums.length);
  readonly #monthSales = new KeyedSums(MONTH_SALES.sums.length);
  readonly #monthStore = new KeyedSums(MONTH_STORE.sums.length);
  readonly #monthProduct = new KeyedSums(MONTH_PRODUCT.sums.length);
  readonly #monthCategory = new KeyedSums(MONTH_CATEGORY.sums.length);
  readonly #categories: ProductCategories;
  readonly #writeCells: RollUpWriter;
  readonly #writeCoarse: readonly (readonly [RollUpWriter, KeyedSums])[];
  readonly #staging: CellStaging;
  /** Cells that are neither staged nor written. */
  #waiting: Int32Array | undefined;
  readonly #scratch = new Float64Array(ORDERS + 1);

  constructor(statements: Statements, dimensions: Dimensions, bulk: BulkFile) {
    this.#staging = new CellStaging(statements, bulk);
    this.#categories = new ProductCategories(statements, dimensions.category);
    this.#stores = new KeyColumn(dimensions.store, 'store_id', 'region', 'currency');
    this.#products = new KeyColumn(dimensions.product, 'product_id', 'category');
    this.#writeCells = new RollUpWriter(statements, DAILY_SALES);
    this.#writeCoarse = [
      [new RollUpWriter(statements, DAILY_STORE), this.#dailyStore],
      [new RollUpWriter(statements, DAILY_PRODUCT), this.#dailyProduct],
      [new RollUpWriter(statements, DAILY_CATEGORY), this.#dailyCategory],
      [new RollUpWriter(statements, MONTH_SALES), this.#monthSales],
      [new RollUpWriter(statements, MONTH_STORE), this.#monthStore],
      [new RollUpWriter(statements, MONTH_PRODUCT), this.#monthProduct],
      [new RollUpWriter(statements, MONTH_CATEGORY), this.#monthCategory],
    ];
  }

  /** Adds aggregated records; returns the lines and the revenue in them. */
  addBatch(batch: Batch): { lines: number; revenue: number } {
    const day = days(batch.columns.get('day'), batch.length);
    const stores = this.#stores.keys(batch);
    const products = this.#products.keys(batch);
    const columns = MEASURES.map((name) => integers(batch.column(name), scaleOf(batch, name))!);
    const values = new Float64Array(MEASURES.length);
    const total = { lines: 0, revenue: 0 };
    for (let row = 0; row < batch.length; row++) {
      for (let i = 0; i < values.length; i++) values[i] = columns[i]![row]!;
      this.#cells.add(day[row]!, stores[row]!, products[row]!, values, 0);
      total.lines += values[0]!;
      total.revenue += values[2]!;
    }
    return total;
  }

  /** Adds sums, in the order of MEASURES, to one cell. */
  addCell(day: number, storeKey: number, productKey: number, sums: Float64Array): void {
    this.#cells.add(day, storeKey, productKey, sums, 0);
  }

  /** Adds the sums of many cells. */
  addCells({ keys, sums, size, width }: KeyedSums): void {
    for (let entry = 0; entry < size; entry++) {
      this.#cells.add(keys[entry * 3]!, keys[entry * 3 + 1]!, keys[entry * 3 + 2]!, sums, entry * width);
    }
  }

  /** Counts orders of a day and store: new ones, or with a negative number ones that are gone. */
  addOrders(day: number, storeKey: number, orders: number): void {
    const entry = this.#orders.entry(day, storeKey, 0);
    this.#orders.sums[entry]! += orders;
  }

  /** Completes the cells that go the quick way, to be copied when the bulk file is published. Returns false if there are none. */
  stage(): boolean {
    this.#waiting = this.#staging.stage(this.#cells, (entry, now, at) => this.#coarsen(entry, now, at));
    return this.#waiting.length < this.#cells.size;
  }

  /** Copies what was staged. */
  copy(): void {
    this.#staging.copy();
  }

  /** Writes all that was not staged. Returns how many cells were touched. */
  apply(): number {
    this.#writeCells.write(this.#cells, (entry, now, at) => this.#coarsen(entry, now, at), this.#waiting);
    this.#coarsenOrders();
    this.#toMonths(this.#dailyStore, this.#monthStore);
    this.#toMonths(this.#dailyProduct, this.#monthProduct);
    this.#toMonths(this.#dailyCategory, this.#monthCategory);
    for (const [writer, sums] of this.#writeCoarse) writer.write(sums);
    const touched = this.#cells.size;
    this.#empty();
    return touched;
  }

  /** Forgets all that was gathered, and the keys, which may have been rolled back. */
  clear(): void {
    this.#stores.clear();
    this.#products.clear();
    this.#categories.clear();
    this.#empty();
  }

  #empty(): void {
    this.#waiting = undefined;
    this.#staging.clear();
    this.#cells.clear();
    this.#orders.clear();
    for (const [, sums] of this.#writeCoarse) sums.clear();
  }

  /** A cell changed by its entry's sums and is now what stands in `now` from `at` on: the coarser sums change by as much. */
  #coarsen(entry: number, now: Float64Array, at: number): void {
    const delta = this.#scratch;
    const { keys, sums, width } = this.#cells;
    const base = entry * width;
    for (let i = 0; i < width; i++) delta[i] = sums[base + i]!;
    const lines = now[at + MARGIN_LINES]!;
    const linesBefore = lines - delta[MARGIN_LINES]!;
    delta[CELLS] = Number(lines > 0) - Number(linesBefore > 0);
    delta[CELL_MARGINS] =
      cellMargin(lines, now[at + MARGIN_SUM]!) - cellMargin(linesBefore, now[at + MARGIN_SUM]! - delta[MARGIN_SUM]!);
    const day = keys[entry * 3]!;
    const store = keys[entry * 3 + 1]!;
    const product = keys[entry * 3 + 2]!;
    this.#dailyStore.add(day, store, 0, delta, 0);
    this.#dailyProduct.add(day, product, 0, delta, 0);
    this.#dailyCategory.add(day, store, this.#categories.of(product), delta, 0);
    this.#monthSales.add(store, product, monthOf(day), delta, 0);
  }

  #coarsenOrders(): void {
    const { keys, sums, size } = this.#orders;
    for (let i = 0; i < size; i++) {
      const entry = this.#dailyStore.entry(keys[i * 3]!, keys[i * 3 + 1]!, 0);
      this.#dailyStore.sums[entry * this.#dailyStore.width + ORDERS]! += sums[i]!;
    }
  }

  #toMonths(days: KeyedSums, months: KeyedSums): void {
    const { keys, sums, size, width } = days;
    for (let entry = 0; entry < size; entry++) {
      months.add(monthOf(keys[entry * 3]!), keys[entry * 3 + 1]!, keys[entry * 3 + 2]!, sums, entry * width);
    }
  }
}

function monthOf(day: number): number {
  return Math.floor(day / 100);
}
