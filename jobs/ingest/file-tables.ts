import { resolve } from 'node:path';
import { RunTables } from '../../db/tables/run-tables.ts';
import type { Table, Tables, TableTarget } from '../../operators/sqlite-sink/tables.ts';
import type { ResumePoint } from '../../operators/warehouse.ts';
import { tableInWarehouse, tablesBehind } from '../errors.ts';
import type { Home } from '../home.ts';
import type { LoadedFile } from './tables-beside.ts';

/** The service `tables` of a file that is loaded: paths are relative to the home, and the ledger is the warehouse's. */
export class FileTables implements Tables {
  readonly isBeside = true;
  readonly #home: Home;
  readonly #tables: RunTables;

  constructor(home: Home, files: readonly string[], { fileId, file, resume }: LoadedFile) {
    this.#home = home;
    const paths = files.map((each) => resolve(home.dir, each));
    if (paths.includes(home.database)) throw tableInWarehouse(files[paths.indexOf(home.database)]!);
    this.#tables = new RunTables(paths, { pipeline: `file ${fileId} of ${home.database}`, file });
    if (resume) this.#requireUpTo(resume, file);
    // A number may have been another file's, of a warehouse that was deleted.
    else this.#tables.startOver();
  }

  open(target: TableTarget): Table {
    return this.#tables.open({ ...target, file: resolve(this.#home.dir, target.file) });
  }

  close(): void {
    this.#tables.close();
  }

  #requireUpTo({ number }: ResumePoint, file: string): void {
    if ((this.#tables.progress?.number ?? -1) >= number) return;
    this.close();
    throw tablesBehind(file);
  }
}
