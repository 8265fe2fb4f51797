import { openDatabase } from '../../db/connection.ts';
import { hasFileOfSize, listFiles } from '../../db/files.ts';
import { ledgerOfFile } from '../../db/ledger.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import type { Home } from '../home.ts';

/** Reads from the warehouse, beside its writer, what became of files. */
export class RunRecords {
  readonly #db: ReturnType<typeof openDatabase>;

  constructor({ database }: Home) {
    this.#db = openDatabase(database, { readonly: true, check: 'never' });
  }

  ledgerOf(fileId: number): LedgerEntry[] {
    return ledgerOfFile(this.#db, fileId);
  }

  /** Is a finished file of that size there? If not, nothing can be unchanged and no hash is needed beforehand. */
  hasSize(sizeBytes: number): boolean {
    return hasFileOfSize(this.#db, sizeBytes);
  }

  /** Path of the original that was loaded last of a dataset. */
  lastPath(dataset: string): string | undefined {
    return listFiles(this.#db, { dataset, status: 'done', limit: 1 })[0]?.path;
  }

  close(): void {
    this.#db.close();
  }
}
