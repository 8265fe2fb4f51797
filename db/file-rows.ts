import { FILE_RANGE } from './fact-rows.ts';
import type { Orders } from './orders.ts';
import type { RollUps } from './roll-ups.ts';
import { cellsOfSales } from './sales-sums.ts';
import type { Statements } from './statements.ts';

/** First and last sale_id that a file can have. */
export function saleRange(fileId: number): [first: number, last: number] {
  return [fileId * FILE_RANGE, (fileId + 1) * FILE_RANGE - 1];
}

/** Removes the sales of a file, and what they added to roll-ups and orders; the caller applies the roll-ups. */
export function removeFileRows(statements: Statements, rollUps: RollUps, orders: Orders, fileId: number): void {
  const range = saleRange(fileId);
  rollUps.addCells(cellsOfSales(statements.db, range, -1));
  const refs = statements
    .get('SELECT DISTINCT order_ref FROM sales WHERE sale_id BETWEEN ? AND ? AND order_ref IS NOT NULL')
    .pluck()
    .all(...range) as number[];
  for (const table of ['sales', 'sale_attributes', 'sale_keys']) {
    statements.get(`DELETE FROM ${table} WHERE sale_id BETWEEN ? AND ?`).run(...range);
  }
  orders.recount(refs);
}

/** Forgets what was noted of a file's loading: dead letters, ledger, checkpoint, metrics, drift. */
export function removeFileNotes(statements: Statements, fileId: number): void {
  for (const table of ['dead_letters', 'ledger', 'checkpoints', 'operator_metrics', 'schema_drift']) {
    statements.get(`DELETE FROM ${table} WHERE file_id = ?`).run(fileId);
  }
}
