import { BULK, type BulkFile } from './bulk-file.ts';
import type { KeyedSums } from './keyed-sums.ts';
import type { TableImage } from './page-image.ts';
import { DAILY_SALES, LINES } from './roll-up-tables.ts';
import type { Written } from './roll-up-writer.ts';
import type { Statements } from './statements.ts';

const COLUMNS = [...DAILY_SALES.key, ...DAILY_SALES.sums];
const PLACES = Int32Array.from(COLUMNS, (_, i) => i + 1);
const COPY = `INSERT INTO main.daily_sales (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM ${BULK}.cells`;
/** Below this, inserting them as usual takes no longer. */
const WORTH_STAGING = 500;

/** The quick way for cells of days that daily_sales has nothing of: they are all new. */
export class CellStaging {
  readonly #statements: Statements;
  readonly #bulk: BulkFile;
  readonly #image: TableImage;
  #isStaged = false;

  constructor(statements: Statements, bulk: BulkFile) {
    this.#statements = statements;
    this.#bulk = bulk;
    this.#image = bulk.image('cells', COLUMNS.length + 1);
  }

  /** Stages what it can, telling `written` of it, and returns the other entries in the order of their keys. */
  stage(cells: KeyedSums, written: Written): Int32Array {
    const sorted = cells.sorted();
    if (this.#bulk.spent || sorted.length < WORTH_STAGING) return sorted;
    const { fresh, rest } = this.#divide(cells, sorted);
    if (fresh.length < WORTH_STAGING) return sorted;
    this.#add(cells, fresh);
    const { sums, width } = cells;
    for (const entry of fresh) written(entry, sums, entry * width);
    return rest;
  }

  copy(): void {
    if (this.#isStaged) this.#statements.get(COPY).run();
    this.#isStaged = false;
  }

  clear(): void {
    this.#image.clear();
    this.#isStaged = false;
  }

  /** Entries of days that daily_sales has nothing of and only adds to, and the rest. */
  #divide({ keys, sums, width }: KeyedSums, sorted: Int32Array): { fresh: Int32Array; rest: Int32Array } {
    const find = this.#statements.get('SELECT 1 FROM daily_sales WHERE day = ? LIMIT 1');
    const fresh = new Int32Array(sorted.length);
    const rest = new Int32Array(sorted.length);
    let freshCount = 0;
    let restCount = 0;
    let day = Number.NaN;
    let isNew = false;
    for (let i = 0; i < sorted.length; i++) {
      const entry = sorted[i]!;
      if (keys[entry * 3] !== day) {
        day = keys[entry * 3]!;
        isNew = find.get(day) === undefined;
      }
      if (isNew && sums[entry * width + LINES]! > 0) fresh[freshCount++] = entry;
      else rest[restCount++] = entry;
    }
    return { fresh: fresh.subarray(0, freshCount), rest: rest.subarray(0, restCount) };
  }

  #add({ keys, sums, width }: KeyedSums, entries: Int32Array): void {
    const columns = [
      ...DAILY_SALES.key.map((_, i) => strided(keys, entries, 3, i)),
      ...DAILY_SALES.sums.map((_, i) => strided(sums, entries, width, i)),
    ];
    const numbers = new Float64Array(entries.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = i + 1;
    this.#image.add(numbers, columns, PLACES, entries.length);
    this.#image.finish();
    this.#isStaged = true;
  }
}

/** Element `offset` of each entry's `width` elements. */
function strided(values: Int32Array | Float64Array, entries: Int32Array, width: number, offset: number): Float64Array {
  const column = new Float64Array(entries.length);
  for (let i = 0; i < column.length; i++) column[i] = values[entries[i]! * width + offset]!;
  return column;
}
