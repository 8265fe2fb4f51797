import { BULK, type BulkFile } from './bulk-file.ts';
import { FACT_COLUMNS, type FactRows, type FactValues } from './fact-rows.ts';
import type { TableImage } from './page-image.ts';
import { RowBuffer } from './row-buffer.ts';
import type { Statements } from './statements.ts';

/** Appends rows to `sales` and their attributes. */
export class FactAppender {
  readonly #statements: Statements;
  readonly #bulk: BulkFile;
  readonly #image: TableImage;
  /** By which columns there are: the others are NULL in the statement's text and cost no binding. */
  readonly #shapes = new Map<string, RowBuffer>();
  readonly #attributes: RowBuffer;
  #current: RowBuffer | null = null;
  #copied = 0;
  #isStaged = false;

  constructor(statements: Statements, bulk: BulkFile) {
    this.#statements = statements;
    this.#bulk = bulk;
    this.#image = bulk.image('sales', FACT_COLUMNS.length);
    this.#attributes = new RowBuffer(statements, 'INSERT OR FAIL INTO sale_attributes (sale_id, attributes)', 2);
  }

  /** Rows that SQLite says were inserted since {@link clear}. */
  get inserted(): number {
    return [...this.#shapes.values()].reduce((sum, buffer) => sum + buffer.inserted, this.#copied);
  }

  /** Takes rows that nobody asks for before {@link flush}: the quick way, as long as they come in the order of their lines. */
  append(rows: FactRows): void {
    if (this.#bulk.spent || !this.#image.accepts(rows.sale_id, rows.length)) {
      this.insert(rows);
      return;
    }
    const present = FACT_COLUMNS.map((name, place) => ({ values: rows[name], place })).slice(1);
    const columns = present.filter(({ values }) => values !== null);
    const places = Int32Array.from(columns, ({ place }) => place);
    this.#image.add(
      rows.sale_id,
      columns.map(({ values }) => values!),
      places,
      rows.length,
    );
    this.#appendAttributes(rows);
  }

  /** Takes rows by binding their values, some at a time. */
  insert(rows: FactRows): void {
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

  /** Inserts what was bound and not yet run, so that queries find it. */
  flush(): void {
    this.#current?.flush();
    this.#attributes.flush();
  }

  /** Sees to it that all rows given so far are in the table, at the price of the quick way for the rest of the transaction. */
  settle(): void {
    this.flush();
    if (!this.stage()) return;
    this.#bulk.publish();
    this.copy();
  }

  /** Completes the rows that go the quick way; they are to be copied when the bulk file is published. Returns false if there are none. */
  stage(): boolean {
    this.#isStaged = this.#image.rows > 0;
    if (this.#isStaged) this.#image.finish();
    return this.#isStaged;
  }

  /** Copies what was staged. */
  copy(): void {
    if (!this.#isStaged) return;
    // In this form SQLite copies rows as they are, without taking them apart.
    this.#copied += this.#statements.get(`INSERT INTO main.sales SELECT * FROM ${BULK}.sales`).run().changes;
    this.#isStaged = false;
  }

  clear(): void {
    for (const buffer of this.#shapes.values()) buffer.clear();
    this.#attributes.clear();
    this.#image.clear();
    this.#isStaged = false;
    this.#copied = 0;
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
