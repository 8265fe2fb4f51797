import { arraysOf, type Column, gather } from './column.ts';
import { Holding } from './holding.ts';

/** A column of which only some rows are wanted, and have not been asked for yet. */
class Selection {
  readonly from: Column;
  readonly rows: Int32Array;

  constructor(from: Column, rows: Int32Array) {
    this.from = from;
    this.rows = rows;
  }
}

/**
 * Columns by name. Choosing rows is put off until a column is read: one that no later operator looks at is never
 * copied, and one that passes two selections is copied once.
 */
export class ColumnSet extends Holding implements ReadonlyMap<string, Column> {
  readonly #cells: Map<string, Column | Selection>;

  private constructor(cells: Map<string, Column | Selection>) {
    super();
    this.#cells = cells;
  }

  static of(columns: ReadonlyMap<string, Column>): ColumnSet {
    return columns instanceof ColumnSet ? columns : new ColumnSet(new Map(columns));
  }

  get size(): number {
    return this.#cells.size;
  }

  has(name: string): boolean {
    return this.#cells.has(name);
  }

  get(name: string): Column | undefined {
    const cell = this.#cells.get(name);
    if (!(cell instanceof Selection)) return cell;
    const column = cell.from.select(cell.rows);
    this.#cells.set(name, column);
    this.added(arraysOf(column));
    return column;
  }

  /** `composed` has choices among rows that were chosen already, and is added to. */
  select(rows: Int32Array, composed = new Map<Int32Array, Int32Array>()): ColumnSet {
    const cells = new Map<string, Column | Selection>();
    for (const [name, cell] of this.#cells) {
      if (!(cell instanceof Selection)) {
        cells.set(name, new Selection(cell, rows));
        continue;
      }
      cells.set(name, new Selection(cell.from, compose(cell.rows, rows, composed)));
    }
    return new ColumnSet(cells);
  }

  /** These with columns added or replaced; a null column is removed. */
  with(changes: Iterable<readonly [string, Column | null]>): ColumnSet {
    const cells = new Map(this.#cells);
    for (const [name, column] of changes) {
      if (column) cells.set(name, column);
      else cells.delete(name);
    }
    return new ColumnSet(cells);
  }

  keys(): MapIterator<string> {
    return this.#cells.keys();
  }

  *values(): MapIterator<Column> {
    for (const [, column] of this) yield column;
  }

  entries(): MapIterator<[string, Column]> {
    return this[Symbol.iterator]();
  }

  *[Symbol.iterator](): MapIterator<[string, Column]> {
    // Every name that keys() gives is there.
    for (const name of this.#cells.keys()) yield [name, this.get(name)!];
  }

  protected override arrays(): readonly ArrayBufferView[] {
    const arrays: ArrayBufferView[] = [];
    for (const cell of this.#cells.values()) {
      if (cell instanceof Selection) arrays.push(cell.rows, ...arraysOf(cell.from));
      else arrays.push(...arraysOf(cell));
    }
    return arrays;
  }

  forEach(take: (column: Column, name: string, all: ReadonlyMap<string, Column>) => void): void {
    for (const [name, column] of this) take(column, name, this);
  }
}

/** Rows chosen of rows that were chosen; `composed` has those already made for these rows, by what they are chosen of. */
export function compose(of: Int32Array, rows: Int32Array, composed: Map<Int32Array, Int32Array>): Int32Array {
  let both = composed.get(of);
  if (!both) {
    both = gather(of, rows);
    composed.set(of, both);
  }
  return both;
}
