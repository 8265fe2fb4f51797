import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Batch } from '../../engine/batch.ts';
import type { Checkpoint } from '../../engine/operator.ts';
import type { Table, TableTarget } from '../../operators/sqlite-sink/tables.ts';
import { databaseError, translating } from '../errors.ts';
import type { Cell } from '../statements.ts';
import { Checkpoints, type RunProgress } from './checkpoints.ts';
import { TableRows } from './table-rows.ts';

const BUSY_MS = 5_000;

/** What a run is known by. */
export interface PipelineRun {
  /** Identity of the pipeline and its input: the same again goes on where it was. */
  readonly pipeline: string;
  /** What is read, for people. */
  readonly file: string;
}

/** One database that a run writes to: its tables are committed together, when all have come to the same checkpoint. */
export class TableDatabase {
  readonly #db: Database.Database;
  readonly #file: string;
  readonly #run: PipelineRun;
  readonly #checkpoints: Checkpoints;
  #progress: RunProgress | null;
  #letters: Database.Statement<unknown[]> | null = null;
  #tables = 0;
  #arrived = 0;
  #turn: PromiseWithResolvers<void> | null = null;

  /** Opens the database, which is made if it isn't there. Throws what SQLite reports, translated. */
  constructor(file: string, run: PipelineRun) {
    this.#file = file;
    this.#run = run;
    this.#db = translating(file, () => openOrMake(file));
    this.#checkpoints = new Checkpoints(this.#db, run.pipeline, run.file);
    this.#progress = this.#guarded(() => {
      this.#checkpoints.makeTables();
      return this.#checkpoints.read();
    });
  }

  get progress(): RunProgress | null {
    return this.#progress;
  }

  /** Forgets how far an earlier run got. */
  startOver(): void {
    this.#guarded(() => this.#checkpoints.remove());
    this.#progress = null;
  }

  open(target: TableTarget): Table {
    this.#tables++;
    const rows = new TableRows(this.#db, target);
    return {
      insert: (batch) => this.#within(() => this.#insert(rows, batch)),
      insertDeadLetters: (batch) => this.#within(() => this.#insertDeadLetters(batch)),
      commit: (checkpoint) => this.#arrive(checkpoint),
      close: () => this.#leave(),
    };
  }

  close(): void {
    this.#db.close();
  }

  #within<T>(work: () => T): T {
    return this.#guarded(() => {
      if (!this.#db.inTransaction) this.#db.exec('BEGIN IMMEDIATE');
      return work();
    });
  }

  #insert(rows: TableRows, batch: Batch): ReturnType<Table['insert']> {
    const inserted = rows.insert(batch);
    for (const { row, fault } of inserted.refused) {
      const { code, field = null, message } = fault;
      this.#keepLetter(batch, row, ['sqlite-sink', code, field, message, batch.provenance.raw(row)]);
    }
    return inserted;
  }

  #insertDeadLetters(batch: Batch): void {
    const names = ['operator', 'reason', 'field', 'message', 'raw'];
    for (let row = 0; row < batch.length; row++) {
      const cells = names.map((name) => batch.column(name).get(row));
      this.#keepLetter(batch, row, cells);
    }
  }

  #keepLetter(batch: Batch, row: number, cells: readonly Cell[]): void {
    const { pipeline, file } = this.#run;
    this.#letters ??= this.#db.prepare('INSERT INTO tillstream_dead_letters VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#letters.run(pipeline, file, batch.provenance.lineOf(row), ...cells);
  }

  /** The last to come commits for all. */
  #arrive(checkpoint: Checkpoint): Promise<void> {
    this.#turn ??= Promise.withResolvers();
    const { promise, resolve, reject } = this.#turn;
    promise.catch(() => {});
    if (++this.#arrived < this.#tables) return promise;
    this.#arrived = 0;
    this.#turn = null;
    try {
      this.#commit(checkpoint);
      resolve();
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  #commit(checkpoint: Checkpoint): void {
    // Where several databases are written, one may have been ahead of the others when the run before was cut off.
    if (this.#progress && checkpoint.number <= this.#progress.number) this.#rollback();
    else this.#write(checkpoint);
  }

  #write(checkpoint: Checkpoint): void {
    this.#within(() => {
      const progress = this.#checkpoints.write(checkpoint, this.#progress);
      this.#db.exec('COMMIT');
      this.#progress = progress;
    });
  }

  #leave(): void {
    this.#tables--;
    this.#arrived = 0;
    this.#turn?.reject(new Error('the run was stopped'));
    this.#turn = null;
    this.#rollback();
  }

  #rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.#db.open) this.#rollback();
      throw databaseError(error, this.#file);
    }
  }
}

/** A database that is somebody else's keeps its journal mode. */
function openOrMake(file: string): Database.Database {
  const isNew = !existsSync(file);
  if (isNew) mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: BUSY_MS });
  if (isNew) db.pragma('journal_mode = WAL');
  return db;
}
