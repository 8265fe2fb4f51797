import type { Table, Tables, TableTarget } from '../../operators/sqlite-sink/tables.ts';
import type { RunProgress } from './checkpoints.ts';
import { type PipelineRun, TableDatabase } from './table-database.ts';

/** The databases that one run of a pipeline writes to: what `sqlite-sink` is given as the service `tables`. */
export class RunTables implements Tables {
  readonly #databases: ReadonlyMap<string, TableDatabase>;

  /** `files` are paths of the databases, which are made if they aren't there. Throws what SQLite reports, translated. */
  constructor(files: Iterable<string>, run: PipelineRun) {
    this.#databases = new Map([...new Set(files)].map((file) => [file, new TableDatabase(file, run)]));
  }

  /** How far the run is in all databases; null where one of them has nothing of it. */
  get progress(): RunProgress | null {
    const all = [...this.#databases.values()].map(({ progress }) => progress);
    const known = all.filter((each) => each !== null).sort((a, b) => a.number - b.number);
    return known.length === all.length ? (known[0] ?? null) : null;
  }

  startOver(): void {
    for (const database of this.#databases.values()) database.startOver();
  }

  open(target: TableTarget): Table {
    const database = this.#databases.get(target.file);
    if (!database) throw new Error(`${target.file} was not opened for this run`);
    return database.open(target);
  }

  close(): void {
    for (const database of this.#databases.values()) database.close();
  }
}
