import type { Database } from 'better-sqlite3';
import type { LedgerEntry } from '../engine/ledger.ts';
import { warehouseVersion } from './kpi.ts';
import { onSnapshot } from './kpi-query.ts';
import { ledgerOfFile } from './ledger.ts';
import { type FullMeasures, totalMeasures } from './measures.ts';
import { Statements } from './statements.ts';

/** All sales there are, and what is committed of a file being loaded, at one instant. */
export interface LiveFigures {
  readonly version: number;
  readonly measures: FullMeasures;
  /** The file's ledger up to its last checkpoint. */
  readonly committed: readonly LedgerEntry[];
}

export function liveFigures(db: Database, fileId: number | null): LiveFigures {
  return onSnapshot(db, () => ({
    version: warehouseVersion(db),
    measures: totalMeasures(db),
    committed: fileId === null ? [] : ledgerOfFile(db, fileId),
  }));
}

/** Is any file being loaded? */
export function isLoading(db: Database): boolean {
  return Statements.of(db).get("SELECT 1 FROM files WHERE status = 'loading' LIMIT 1").get() !== undefined;
}
