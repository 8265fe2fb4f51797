import { addingSql, type RollUpChange, removeEmptied } from './roll-up-rows.ts';
import { type Cell, inStatements, placeholders, RowStatements, repeated, type Statements } from './statements.ts';

/** Adds to one roll-up's rows by binding values: the way for few rows. */
export class RollUpWriter {
  readonly #statements: Statements;
  readonly #change: RollUpChange;
  readonly #width: number;
  readonly #upsert: RowStatements;

  constructor(statements: Statements, change: RollUpChange) {
    const { table } = change;
    const width = table.key.length + table.sums.length;
    this.#statements = statements;
    this.#change = change;
    this.#width = width;
    this.#upsert = new RowStatements(statements, (rows) =>
      addingSql(table, `VALUES ${repeated(placeholders(width), rows)}`),
    );
  }

  /** Adds the change as it stands; its entries are in order. */
  write(): void {
    inStatements(this.#change.sums.size, (from, count) => {
      this.#upsert.for(count).run(...this.#cells(from, count));
    });
    removeEmptied(this.#statements, this.#change);
  }

  #cells(from: number, count: number): Cell[] {
    const { columns } = this.#change.sums;
    const cells = new Array<Cell>(count * this.#width);
    let at = 0;
    for (let entry = from; entry < from + count; entry++) {
      for (let i = 0; i < this.#width; i++) cells[at++] = columns[i]![entry]!;
    }
    return cells;
  }
}
