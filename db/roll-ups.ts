import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import type { BulkFile } from './bulk-file.ts';
import { type Dimensions, KeyColumn } from './dimensions.ts';
import { days, integers } from './fact-rows.ts';
import type { KeyedSums } from './keyed-sums.ts';
import { MARGIN_SCALE } from './margin.ts';
import { RollUpChanges } from './roll-up-changes.ts';
import { RollUpStaging } from './roll-up-staging.ts';
import { MEASURES } from './roll-up-tables.ts';
import { RollUpWriter } from './roll-up-writer.ts';
import type { Statements } from './statements.ts';

/** Below this many cells, binding them takes no longer than going by the bulk file. */
const WORTH_STAGING = 500;

const SCALES: Readonly<Record<(typeof MEASURES)[number], number>> = {
  lines: 1,
  quantity: QUANTITY_SCALE,
  revenue: MONEY_SCALE,
  profit: MONEY_SCALE,
  costed_revenue: MONEY_SCALE,
  margin_lines: 1,
  margin_sum: MARGIN_SCALE,
};

/** Gathers what changes in the roll-ups, and applies it to all of them at once. */
export class RollUps {
  readonly #bulk: BulkFile;
  readonly #stores: KeyColumn;
  readonly #products: KeyColumn;
  readonly #changes: RollUpChanges;
  readonly #staging: RollUpStaging;
  readonly #writers: readonly RollUpWriter[];
  #isStaged = false;
  #touched = 0;

  constructor(statements: Statements, dimensions: Dimensions, bulk: BulkFile) {
    this.#bulk = bulk;
    this.#stores = new KeyColumn(dimensions.store, 'store_id', 'region', 'currency');
    this.#products = new KeyColumn(dimensions.product, 'product_id', 'category');
    this.#changes = new RollUpChanges(statements, dimensions.category);
    this.#staging = new RollUpStaging(statements, bulk, this.#changes.all);
    this.#writers = this.#changes.all.map((change) => new RollUpWriter(statements, change));
  }

  /** Adds aggregated records; returns the lines and the revenue in them. */
  addBatch(batch: Batch): { lines: number; revenue: number } {
    const keys = [days(batch.columns.get('day'), batch.length), this.#stores.keys(batch), this.#products.keys(batch)];
    const sums = MEASURES.map((name) => integers(batch.column(name), scaleOf(batch, name))!);
    this.#changes.addCells([...keys, ...sums], batch.length);
    return { lines: total(sums[0]!), revenue: total(sums[2]!) };
  }

  /** Adds sums, in the order of MEASURES, to one cell. */
  addCell(day: number, storeKey: number, productKey: number, sums: Float64Array): void {
    this.#changes.addCell([day, storeKey, productKey], sums);
  }

  /** Adds the sums of many cells. */
  addCells({ keys, sums, size, width }: KeyedSums): void {
    for (let entry = 0; entry < size; entry++) {
      const key = keys.subarray(entry * 3, entry * 3 + 3);
      this.#changes.addCell(key, sums.subarray(entry * width, (entry + 1) * width));
    }
  }

  /** Counts orders of a day and store: new ones, or with a negative number ones that are gone. */
  addOrders(day: number, storeKey: number, orders: number): void {
    this.#changes.addOrder(day, storeKey, orders);
  }

  /** Counts new orders, one for each day and its store. */
  addNewOrders(days: Float64Array, storeKeys: Float64Array): void {
    this.#changes.addOrders(days, storeKeys);
  }

  /** Completes what was gathered to be copied when the bulk file is published. Returns false if it is to be applied in the usual way. */
  stage(): boolean {
    if (this.#bulk.spent || this.#changes.size < WORTH_STAGING) return false;
    this.#touched += this.#changes.settle();
    this.#staging.stage();
    this.#isStaged = true;
    return true;
  }

  /** Copies what was staged; until then nothing more may be added. */
  copy(): void {
    if (!this.#isStaged) return;
    this.#staging.copy();
    this.#changes.empty();
    this.#isStaged = false;
  }

  /** Writes all that was not staged. Returns how many cells were touched. */
  apply(): number {
    const touched = this.#touched + this.#changes.settle();
    for (const writer of this.#writers) writer.write();
    this.#changes.empty();
    this.#touched = 0;
    return touched;
  }

  /** Forgets all that was gathered, and the keys, which may have been rolled back. */
  clear(): void {
    this.#stores.clear();
    this.#products.clear();
    this.#changes.clear();
    this.#staging.clear();
    this.#isStaged = false;
    this.#touched = 0;
  }
}

/** Margins may also come as plain integers, which are millionths already. */
function scaleOf(batch: Batch, name: (typeof MEASURES)[number]): number {
  const column = batch.column(name);
  return name === 'margin_sum' && column.kind === 'number' && column.scale === 1 ? 1 : SCALES[name];
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
