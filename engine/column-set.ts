import { addArrays, type Column, gather } from './column.ts';
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
  /** Beside {@link #cells}: those of a selection are the same, and there are so few that looking through them is quick. */
  readonly #names: readonly string[];
  readonly #cells: (Column | Selection)[];

  private constructor(names: readonly string[], cells: (Column | Selection)[]) {
    super();
    this.#names = names;
    this.#cells = cells;
  }

  static of(columns: ReadonlyMap<string, Column>): ColumnSet {
    return columns instanceof ColumnSet ? columns : new ColumnSet([...columns.keys()], [...columns.values()]);
  }

  get size(): number {
    return this.#names.length;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  get(name: string): Column | undefined {
    return this.#at(this.#names.indexOf(name));
  }

  /** `composed` has choices among rows that were chosen already, and is added to. */
  select(rows: Int32Array, composed = new Map<Int32Array, Int32Array>()): ColumnSet {
    const selected = this.#cells.map((cell) => {
      if (!(cell instanceof Selection)) return new Selection(cell, rows);
      return new Selection(cell.from, compose(cell.rows, rows, composed));
    });
    return new ColumnSet(this.#names, selected);
  }

  /** These with columns added or replaced; a null column is removed. */
  with(changes: Iterable<readonly [string, Column | null]>): ColumnSet {
    const names = [...this.#names];
    const cells = [...this.#cells];
    for (const [name, column] of changes) {
      const known = names.indexOf(name);
      const at = known < 0 ? names.length : known;
      if (column) {
        names[at] = name;
        cells[at] = column;
      } else if (known >= 0) {
        names.splice(at, 1);
        cells.splice(at, 1);
      }
    }
    return new ColumnSet(names, cells);
  }

  keys(): MapIterator<string> {
    return this.#names.values();
  }

  *values(): MapIterator<Column> {
    for (const [, column] of this) yield column;
  }

  entries(): MapIterator<[string, Column]> {
    return this[Symbol.iterator]();
  }

  *[Symbol.iterator](): MapIterator<[string, Column]> {
    // Every name has a cell.
    for (const [index, name] of this.#names.entries()) yield [name, this.#at(index)!];
  }

  forEach(take: (column: Column, name: string, all: ReadonlyMap<string, Column>) => void): void {
    for (const [name, column] of this) take(column, name, this);
  }

  protected override addArrays(to: ArrayBufferView[]): void {
    for (const cell of this.#cells) {
      if (cell instanceof Selection) {
        to.push(cell.rows);
        addArrays(cell.from, to);
      } else addArrays(cell, to);
    }
  }

  #at(index: number): Column | undefined {
    const cell = this.#cells[index];
    if (!(cell instanceof Selection)) return cell;
    const column = cell.from.select(cell.rows);
    this.#cells[index] = column;
    const arrays: ArrayBufferView[] = [];
    addArrays(column, arrays);
    this.added(arrays);
    return column;
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
