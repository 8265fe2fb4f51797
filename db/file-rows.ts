import type { Orders } from './orders.ts';
import type { RollUps } from './roll-ups.ts';
import { saleRange } from './sale-sequence.ts';
import { cellsOfSales } from './sales-sums.ts';
import type { Statements } from './statements.ts';

/** Removes the sales of a file, and what they added to roll-ups and orders; the caller applies the roll-ups. */
export function removeFileRows(statements: Statements, rollUps: RollUps, orders: Orders, fileId: number): void {
  const span = saleRange(fileId);
  rollUps.addCells(cellsOfSales(statements.db, span, -1));
  const shared = orders.release(span);
  for (const table of ['sales', 'sale_attributes', 'sale_keys']) {
    statements.get(`DELETE FROM ${table} WHERE sale_id BETWEEN ? AND ?`).run(...span);
  }
  orders.recount(shared);
}

/** Forgets what was noted of a file's loading: dead letters, ledger, checkpoint, metrics, drift. */
export function removeFileNotes(statements: Statements, fileId: number): void {
  for (const table of ['dead_letters', 'ledger', 'checkpoints', 'operator_metrics', 'schema_drift']) {
    statements.get(`DELETE FROM ${table} WHERE file_id = ?`).run(fileId);
  }
}
