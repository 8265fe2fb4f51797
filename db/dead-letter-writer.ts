import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE } from '../engine/decimal.ts';
import { integers } from './fact-rows.ts';
import { RowBuffer } from './row-buffer.ts';
import type { Cell, Statements } from './statements.ts';

const COLUMNS = 'file_id, line, byte_offset, operator, reason, field, message, faults, raw, amount';

/** Keeps records of the dead-letter port. */
export class DeadLetterWriter {
  readonly #rows: RowBuffer;

  constructor(statements: Statements) {
    this.#rows = new RowBuffer(statements, `INSERT OR FAIL INTO dead_letters (${COLUMNS})`, 10);
  }

  add(batch: Batch, fileId: number): void {
    const amounts = integers(batch.columns.get('amount'), MONEY_SCALE);
    const { lines } = batch.provenance;
    for (let row = 0; row < batch.length; row++) {
      const get = (name: string): Cell => batch.columns.get(name)?.get(row) ?? null;
      const amount = amounts?.[row];
      this.#rows.add([
        fileId,
        lines[row]!,
        get('byte_offset'),
        get('operator') ?? '',
        get('reason') ?? '',
        get('field'),
        get('message') ?? '',
        get('faults') ?? '[]',
        get('raw') ?? '',
        amount === undefined || Number.isNaN(amount) ? null : amount,
      ]);
    }
  }

  flush(): void {
    this.#rows.flush();
  }

  clear(): void {
    this.#rows.clear();
  }
}
