import { openDatabase } from '../../db/connection.ts';
import { ledgerOfFile } from '../../db/ledger.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import type { Home } from '../home.ts';

/** Reads from the warehouse, beside its writer, what became of files. */
export class LedgerReader {
  readonly #db: ReturnType<typeof openDatabase>;

  constructor({ database }: Home) {
    this.#db = openDatabase(database, { readonly: true, check: 'never' });
  }

  of(fileId: number): LedgerEntry[] {
    return ledgerOfFile(this.#db, fileId);
  }

  close(): void {
    this.#db.close();
  }
}
