import { FACT_COLUMNS, type FactRows, type FactValues } from './fact-rows.ts';
import { RowBuffer } from './row-buffer.ts';
import type { Statements } from './statements.ts';

/** Appends rows to `sales` and their attributes. */
export class FactAppender {
  readonly #statements: Statements;
  /** By which columns there are: the others are NULL in the statement's text and cost no binding. */
  readonly #shapes = new Map<string, RowBuffer>();
  readonly #attributes: RowBuffer;
  #current: RowBuffer | null = null;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#attributes = new RowBuffer(statements, 'INSERT OR FAIL INTO sale_attributes (sale_id, attributes)', 2);
  }

  /** Rows that SQLite says were inserted since {@link clear}. */
  get inserted(): number {
    return [...this.#shapes.values()].reduce((sum, buffer) => sum + buffer.inserted, 0);
  }

  append(rows: FactRows): void {
    const present = FACT_COLUMNS.map((name) => rows[name]);
    const buffer = this.#bufferFor(present);
    if (buffer !== this.#current) this.#current?.flush();
    this.#current = buffer;
    buffer.addColumns(
      present.filter((values) => values !== null),
      rows.length,
    );
    this.#appendAttributes(rows);
  }

  #appendAttributes({ attributes, sale_id, length }: FactRows): void {
    if (!attributes) return;
    for (let row = 0; row < length; row++) {
      const text = attributes[row]!;
      if (text !== null) this.#attributes.add([sale_id[row]!, text]);
    }
  }

  flush(): void {
    this.#current?.flush();
    this.#attributes.flush();
  }

  clear(): void {
    for (const buffer of this.#shapes.values()) buffer.clear();
    this.#attributes.clear();
  }

  #bufferFor(columns: readonly FactValues[]): RowBuffer {
    const shape = columns.map((values) => (values ? '?' : 'NULL')).join(', ');
    let buffer = this.#shapes.get(shape);
    if (!buffer) {
      const width = columns.filter((values) => values !== null).length;
      buffer = new RowBuffer(
        this.#statements,
        `INSERT OR FAIL INTO sales (${FACT_COLUMNS.join(', ')})`,
        width,
        `(${shape})`,
      );
      this.#shapes.set(shape, buffer);
    }
    return buffer;
  }
}
