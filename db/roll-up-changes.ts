import { setCellMeasures } from './cell-measures.ts';
import type { Dimension } from './dimensions.ts';
import { KeyNumbers } from './key-numbers.ts';
import { dekadOf } from './period.ts';
import { ProductCategories } from './product-categories.ts';
import type { RollUpChange } from './roll-up-rows.ts';
import {
  CELL_MEASURES,
  DAILY_CATEGORY,
  DAILY_CATEGORY_TOTAL,
  DAILY_PRODUCT,
  DAILY_SALES,
  DAILY_STORE,
  DEKAD_SALES,
  MEASURES,
  MONTH_CATEGORY,
  MONTH_CATEGORY_TOTAL,
  MONTH_PRODUCT,
  MONTH_SALES,
  MONTH_STORE,
  type RollUpTable,
} from './roll-up-tables.ts';
import { Scratch } from './scratch.ts';
import type { Statements } from './statements.ts';
import { SumColumns } from './sum-columns.ts';

/** Which column of daily_store counts orders. */
const ORDERS = DAILY_STORE.key.length + DAILY_STORE.sums.indexOf('orders');

/** What changes in all roll-ups: cells and orders are gathered, the rest follows from them. */
export class RollUpChanges {
  readonly #statements: Statements;
  readonly #categories: ProductCategories;
  readonly #numbers = new KeyNumbers();
  /** They have columns for CELL_MEASURES too, which coarser roll-ups add up. */
  readonly #cells = new SumColumns(DAILY_SALES.key.length, MEASURES.length + CELL_MEASURES.length, this.#numbers);
  /** By day and store. */
  readonly #orders = new SumColumns(DAILY_STORE.key.length, 1, this.#numbers);
  readonly #dailyStore = this.#sumsFor(DAILY_STORE);
  readonly #dailyProduct = this.#sumsFor(DAILY_PRODUCT);
  readonly #dailyCategory = this.#sumsFor(DAILY_CATEGORY);
  readonly #dailyCategoryTotal = this.#sumsFor(DAILY_CATEGORY_TOTAL);
  readonly #dekadSales = this.#sumsFor(DEKAD_SALES);
  readonly #monthSales = this.#sumsFor(MONTH_SALES);
  readonly #monthStore = this.#sumsFor(MONTH_STORE);
  readonly #monthProduct = this.#sumsFor(MONTH_PRODUCT);
  readonly #monthCategory = this.#sumsFor(MONTH_CATEGORY);
  readonly #monthCategoryTotal = this.#sumsFor(MONTH_CATEGORY_TOTAL);
  readonly #periods = new Scratch();
  /** The changes of all roll-ups, good between {@link settle} and {@link empty}. */
  readonly all: readonly RollUpChange[] = [
    { table: DAILY_SALES, sums: this.#cells },
    { table: DAILY_STORE, sums: this.#dailyStore },
    { table: DAILY_PRODUCT, sums: this.#dailyProduct },
    { table: DAILY_CATEGORY, sums: this.#dailyCategory },
    { table: DAILY_CATEGORY_TOTAL, sums: this.#dailyCategoryTotal },
    { table: DEKAD_SALES, sums: this.#dekadSales },
    { table: MONTH_SALES, sums: this.#monthSales },
    { table: MONTH_STORE, sums: this.#monthStore },
    { table: MONTH_PRODUCT, sums: this.#monthProduct },
    { table: MONTH_CATEGORY, sums: this.#monthCategory },
    { table: MONTH_CATEGORY_TOTAL, sums: this.#monthCategoryTotal },
  ];

  constructor(statements: Statements, categories: Dimension) {
    this.#statements = statements;
    this.#categories = new ProductCategories(statements, categories);
  }

  /** How many cells were added; the same one may have been several times. */
  get size(): number {
    return this.#cells.size;
  }

  /** Adds cells by column: day, store and product, then MEASURES. */
  addCells(columns: readonly Float64Array[], length: number): void {
    this.#cells.append(columns, length);
  }

  /** Adds one cell: its day, store and product, and its MEASURES. */
  addCell(key: ArrayLike<number>, sums: Float64Array): void {
    this.#cells.add(key, sums);
  }

  /** Counts orders, one for each day and its store. */
  addOrders(days: Float64Array, stores: Float64Array): void {
    this.#orders.appendCounts([days, stores], days.length);
  }

  /** Counts so many orders of a day and store; with a negative number, so many fewer. */
  addOrder(day: number, store: number, count: number): void {
    this.#orders.add([day, store], [count]);
  }

  /** Brings the changes of each roll-up into the order of its keys. Returns how many different cells there were. */
  settle(): number {
    const cells = this.#cells;
    cells.settle();
    const touched = cells.size;
    setCellMeasures(this.#statements, cells);
    const [day, store, product] = cells.keys as [Float64Array, Float64Array, Float64Array];
    this.#dailyProduct.appendJoined(cells, [day, product]);
    this.#dailyCategory.appendJoined(cells, [day, store, this.#categories.of(product, cells.size)]);
    this.#dekadSales.appendJoined(cells, [this.#dekadsOf(cells), store, product]);
    this.#monthSales.appendJoined(this.#dekadSales, [
      ...this.#dekadSales.keys.slice(1),
      this.#monthsOf(this.#dekadSales, 10),
    ]);
    this.#dailyStore.appendJoined(this.#dailyCategory, this.#dailyCategory.keys.slice(0, 2));
    this.#appendOrders();
    this.#toMonths(this.#dailyStore, this.#monthStore);
    this.#toMonths(this.#dailyProduct, this.#monthProduct);
    this.#toMonths(this.#dailyCategory, this.#monthCategory);
    this.#toTotals(this.#dailyCategory, this.#dailyCategoryTotal);
    this.#toTotals(this.#monthCategory, this.#monthCategoryTotal);
    for (const { sums } of this.all) sums.removeZeros();
    return touched;
  }

  /** Forgets what was gathered. */
  empty(): void {
    this.#orders.clear();
    for (const { sums } of this.all) sums.clear();
  }

  /** Forgets keys too: they may have been rolled back. */
  clear(): void {
    this.#categories.clear();
    this.empty();
  }

  #appendOrders(): void {
    if (this.#orders.size === 0) return;
    this.#orders.settle();
    const columns: (Float64Array | undefined)[] = [];
    [columns[0], columns[1], columns[ORDERS]] = this.#orders.columns;
    this.#dailyStore.append(columns, this.#orders.size);
    this.#dailyStore.settle();
  }

  #toMonths(days: SumColumns, months: SumColumns): void {
    const [, ...parts] = days.keys;
    months.appendJoined(days, [this.#monthsOf(days, 100), ...parts]);
  }

  /** Of sums by period, store and category those of all stores. */
  #toTotals(sums: SumColumns, totals: SumColumns): void {
    const [period, , category] = sums.keys;
    totals.appendJoined(sums, [period!, category!]);
  }

  /** The month of each entry's day or dekad, of which there are less than `most` in one; good until the next call. */
  #monthsOf({ columns, size }: SumColumns, most: 100 | 10): Float64Array {
    const periods = columns[0]!;
    const months = this.#periods.take(size);
    for (let entry = 0; entry < size; entry++) months[entry] = Math.floor(periods[entry]! / most);
    return months;
  }

  /** The dekad of each entry's day, good until the next call. */
  #dekadsOf({ columns, size }: SumColumns): Float64Array {
    const days = columns[0]!;
    const dekads = this.#periods.take(size);
    fillDekads(dekads, days, size);
    return dekads;
  }

  #sumsFor({ key, sums }: RollUpTable): SumColumns {
    return new SumColumns(key.length, sums.length, this.#numbers);
  }
}

/** Days follow each other, so most are the same as the one before. */
function fillDekads(dekads: Float64Array, days: Float64Array, length: number): void {
  let last = Number.NaN;
  let dekad = 0;
  for (let entry = 0; entry < length; entry++) {
    const day = days[entry]!;
    if (day !== last) dekad = dekadOf(day);
    last = day;
    dekads[entry] = dekad;
  }
}
