import {
  type Cell,
  inStatements,
  placeholders,
  ROWS_PER_STATEMENT,
  RowStatements,
  repeated,
  type Statements,
} from './statements.ts';

/** Gathers rows for one table and inserts them a hundred at a time. */
export class RowBuffer {
  readonly #inserts: RowStatements;
  readonly #width: number;
  readonly #cells: Cell[];
  #rows = 0;
  #inserted = 0;

  /**
   * `insert` is the statement up to VALUES; `row` one row of it, if it is more than `width` placeholders.
   * A conflict leaves the transaction half done, so whoever meets one has to roll back: `OR FAIL` spares SQLite
   * the keeping of what it would need to undo the statement alone.
   */
  constructor(statements: Statements, insert: string, width: number, row: string = placeholders(width)) {
    this.#inserts = new RowStatements(statements, (rows) => `${insert} VALUES ${repeated(row, rows)}`);
    this.#width = width;
    this.#cells = new Array<Cell>(width * ROWS_PER_STATEMENT).fill(null);
  }

  /** Rows that SQLite says it has inserted since {@link clear}. */
  get inserted(): number {
    return this.#inserted;
  }

  add(row: readonly Cell[]): void {
    let at = this.#rows * this.#width;
    for (const cell of row) this.#cells[at++] = cell;
    if (++this.#rows === ROWS_PER_STATEMENT) this.#run(0, this.#takeAll());
  }

  /** Adds `length` rows given by column; NaN becomes NULL. */
  addColumns(columns: readonly Float64Array[], length: number): void {
    for (let from = 0; from < length; ) {
      const count = Math.min(length - from, ROWS_PER_STATEMENT - this.#rows);
      this.#copy(columns, from, count);
      this.#rows += count;
      from += count;
      if (this.#rows === ROWS_PER_STATEMENT) this.#run(0, this.#takeAll());
    }
  }

  #copy(columns: readonly Float64Array[], from: number, count: number): void {
    const base = this.#rows * this.#width;
    for (let column = 0; column < columns.length; column++) {
      fill(this.#cells, base + column, this.#width, columns[column]!, from, count);
    }
  }

  /** Inserts what is still held. */
  flush(): void {
    inStatements(this.#takeAll(), (from, count) => this.#run(from, count));
  }

  /** Forgets what is still held. */
  clear(): void {
    this.#rows = 0;
    this.#inserted = 0;
  }

  #takeAll(): number {
    const rows = this.#rows;
    this.#rows = 0;
    return rows;
  }

  #run(from: number, count: number): void {
    const whole = count === ROWS_PER_STATEMENT;
    const cells = whole ? this.#cells : this.#cells.slice(from * this.#width, (from + count) * this.#width);
    // As arguments, not as one array: better-sqlite3 binds those a quarter faster.
    this.#inserted += this.#inserts.for(count).run(...cells).changes;
  }
}

function fill(cells: Cell[], at: number, stride: number, values: Float64Array, from: number, count: number): void {
  for (let row = from, cell = at; row < from + count; row++, cell += stride) {
    const value = values[row]!;
    cells[cell] = Number.isNaN(value) ? null : value;
  }
}
