import type { Database } from 'better-sqlite3';
import type { Batch } from '../engine/batch.ts';
import { TillstreamError } from '../engine/errors.ts';
import { ledgerTotals } from '../engine/ledger.ts';
import type { Checkpoint } from '../engine/operator.ts';
import type {
  FileToLoad,
  Measurements,
  OpenedFile,
  RunEnd,
  RunStart,
  Warehouse,
  WriteTallies,
} from '../operators/warehouse.ts';
import { BulkFile } from './bulk-file.ts';
import { CommitGroup } from './commit-group.ts';
import { type OpenOptions, openDatabase } from './connection.ts';
import { DeadLetterWriter } from './dead-letter-writer.ts';
import { Dimensions } from './dimensions.ts';
import { databaseError } from './errors.ts';
import { FactReader, type FactRows } from './fact-rows.ts';
import { FactAppender } from './facts.ts';
import { FileRegister, type InterruptedFile, type LoadingFile } from './file-register.ts';
import { removeFileNotes, removeFileRows } from './file-rows.ts';
import { Identifiers } from './identifiers.ts';
import { addToLedger, ledgerOfFile } from './ledger.ts';
import { Merger } from './merger.ts';
import { Orders } from './orders.ts';
import { ProductDescriptions } from './product-descriptions.ts';
import { RollUps } from './roll-ups.ts';
import { RunRegister } from './run-register.ts';
import { Statements } from './statements.ts';

export interface WriterOptions extends OpenOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Opens the warehouse in `file` for writing; see openDatabase for the errors. There may be one writer at a time. */
export function openWarehouse(file: string, options: WriterOptions = {}): Warehouse {
  return new WarehouseWriter(openDatabase(file, options), options.now ?? Date.now);
}

/** The warehouse in SQLite. */
class WarehouseWriter implements Warehouse {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #bulk: BulkFile;
  readonly #files: FileRegister;
  readonly #runs: RunRegister;
  readonly #dimensions: Dimensions;
  readonly #reader: FactReader;
  readonly #identifiers: Identifiers;
  readonly #descriptions: ProductDescriptions;
  readonly #facts: FactAppender;
  readonly #orders: Orders;
  readonly #rollUps: RollUps;
  readonly #merger: Merger;
  readonly #letters: DeadLetterWriter;
  readonly #loading = new Map<number, LoadingFile>();
  /** What the next transaction of its own keeps as well. */
  readonly #measured: Measurements[] = [];
  #group = new CommitGroup(0);
  #version: number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#statements = Statements.of(db);
    this.#bulk = new BulkFile(db);
    this.#dimensions = new Dimensions(this.#statements);
    this.#files = new FileRegister(this.#statements, now);
    this.#runs = new RunRegister(this.#statements);
    this.#identifiers = new Identifiers(this.#statements);
    this.#reader = new FactReader(this.#dimensions, this.#identifiers);
    this.#descriptions = new ProductDescriptions(this.#statements);
    this.#facts = new FactAppender(this.#statements, this.#bulk);
    this.#rollUps = new RollUps(this.#statements, this.#dimensions, this.#bulk);
    this.#orders = new Orders(this.#statements, this.#rollUps);
    this.#merger = new Merger(this.#statements, { facts: this.#facts, orders: this.#orders, rollUps: this.#rollUps });
    this.#letters = new DeadLetterWriter(this.#statements);
    this.#version = this.#statements.get('SELECT version FROM warehouse').pluck().get() as number;
  }

  get version(): number {
    return this.#version;
  }

  startRun(run: RunStart): number {
    return this.#atOnce(() => this.#runs.start(run));
  }

  finishRun(runId: number, end: RunEnd): void {
    this.#atOnce(() => this.#runs.finish(runId, end));
  }

  openFile(file: FileToLoad): OpenedFile {
    const { contentHash, sizeBytes, name, disposition = 'append', primaryKey = [] } = file;
    if (disposition === 'merge' && primaryKey.length === 0) {
      throw new TillstreamError('missing_key', `dataset "${file.dataset}" is merged, which needs a primaryKey`);
    }
    const finished = contentHash === undefined ? undefined : this.#files.finished(sizeBytes, contentHash);
    if (finished) return { status: 'unchanged', ...finished };
    return this.#atOnce(() => {
      const datasetKey = this.#files.datasetKey(file.dataset);
      const fileId = this.#takeUp(file, datasetKey) ?? this.#files.add(file, datasetKey);
      const resume = this.#files.resumePoint(fileId);
      if (file.drift) this.#runs.recordDrift(fileId, file.drift);
      this.#loading.set(fileId, { fileId, name, datasetKey, disposition, primaryKey, committed: resume?.number ?? -1 });
      return { status: 'open', fileId, resume };
    });
  }

  failFile(fileId: number, error: { code: string; message: string }): void {
    this.rollback();
    this.#loading.delete(fileId);
    this.#atOnce(() => this.#files.fail(fileId, error));
  }

  insert(batch: Batch): WriteTallies {
    return this.#into(batch, (file) => {
      const rows = this.#reader.read(batch, file.fileId);
      this.#descriptions.add(batch, rows.product_key);
      const tallies = file.disposition === 'merge' ? this.#merge(batch, rows, file) : this.#append(rows);
      this.#group.add(tallies);
      return tallies;
    });
  }

  mergeAggregates(batch: Batch): void {
    this.#into(batch, () => {
      const { lines, revenue } = this.#rollUps.addBatch(batch);
      this.#group.addAggregated(lines, revenue);
    });
  }

  insertDeadLetters(batch: Batch): void {
    this.#into(batch, ({ fileId }) => this.#letters.add(batch, fileId));
  }

  commit(fileId: number, checkpoint: Checkpoint): void {
    const file = this.#file(fileId);
    if (checkpoint.number <= file.committed) {
      this.rollback();
      return;
    }
    const unbalanced = this.#guarded(() => {
      this.#begin(file);
      this.#write(file, checkpoint);
      return checkpoint.position.last ? this.#finish(file, checkpoint) : null;
    });
    if (unbalanced) this.#refuse(file, unbalanced);
    const isHeldBack = file.disposition === 'replace' && !checkpoint.position.last;
    if (!isHeldBack) this.#guarded(() => this.#commit());
    file.committed = checkpoint.number;
    if (checkpoint.position.last) this.#loading.delete(fileId);
  }

  rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#group = new CommitGroup(0);
    for (const part of [this.#facts, this.#orders, this.#rollUps, this.#merger, this.#letters, this.#bulk])
      part.clear();
    // Keys that the transaction had given out are free again.
    for (const part of [this.#dimensions, this.#reader, this.#identifiers, this.#descriptions]) part.clear();
  }

  saveMeasurements(measurements: Measurements): void {
    this.#measured.push(measurements);
  }

  close(): void {
    if (!this.#db.open) return;
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#db.close();
    this.#bulk.close();
  }

  /** An interrupted file that can go on; any others of its name and dataset are given up, and their rows removed. */
  #takeUp(file: FileToLoad, datasetKey: number): number | null {
    let found: number | null = null;
    for (const interrupted of this.#files.interrupted(file.name, datasetKey)) {
      if (found === null && isSame(interrupted, file)) {
        found = interrupted.file_id;
        this.#files.reopen(found, file);
      } else this.#giveUp(interrupted);
    }
    return found;
  }

  #giveUp({ file_id, disposition }: InterruptedFile): void {
    // What was merged has taken older rows' place, which cannot be brought back: it stays, and will be merged over.
    if (disposition !== 'merge') this.#discard(file_id);
    this.#files.retire(file_id, 'abandoned');
  }

  #discard(fileId: number): void {
    removeFileRows(this.#statements, this.#rollUps, this.#orders, fileId);
    this.#rollUps.apply();
    removeFileNotes(this.#statements, fileId);
    this.#bumpVersion();
  }

  #append(rows: FactRows): WriteTallies {
    this.#orders.add(rows);
    this.#facts.append(rows);
    const inserted = { records: rows.length, amount: sum(rows.revenue) };
    return { inserted, updated: { records: 0, amount: 0 }, unchanged: { records: 0, amount: 0 } };
  }

  #merge(batch: Batch, rows: FactRows, { datasetKey, primaryKey }: LoadingFile): WriteTallies {
    return this.#merger.write(batch, rows, datasetKey, primaryKey);
  }

  /** Writes what was gathered, all but the commit itself. */
  #write(file: LoadingFile, checkpoint: Checkpoint): void {
    this.#writeRows();
    this.#group.check(file.name, this.#facts.inserted);
    this.#files.addCells(file.fileId, this.#rollUps.apply());
    this.#letters.flush();
    addToLedger(this.#statements, file.fileId, 0, checkpoint.counts);
    this.#files.saveCheckpoint(file.fileId, 0, checkpoint);
    this.#bumpVersion();
    this.#facts.clear();
    this.#group = new CommitGroup(file.fileId);
  }

  #writeRows(): void {
    this.#facts.flush();
    this.#orders.stage();
    const parts = [this.#facts, this.#rollUps];
    // One after the other, for the pages of one must be complete before the next one's begin.
    const staged = parts.map((part) => part.stage());
    if (staged.includes(true)) this.#bulk.publish();
    for (const part of parts) part.copy();
    this.#orders.flush();
    this.#merger.flush();
  }

  /** Marks the file done; returns a sentence if its ledger does not balance. */
  #finish(file: LoadingFile, { position }: Checkpoint): string | null {
    const totals = ledgerTotals(ledgerOfFile(this.#db, file.fileId));
    if (!totals.balanced) return `${file.name}: ${imbalance(totals)}`;
    this.#files.finish(file.fileId, totals.read.records, hashOf(position.state));
    return null;
  }

  /** Before any new row is written, for orders of both would have to be told apart otherwise. Readers see the old rows until the commit. */
  #removeOthers({ fileId, datasetKey }: LoadingFile): void {
    for (const other of this.#files.others(fileId, datasetKey)) {
      removeFileRows(this.#statements, this.#rollUps, this.#orders, other);
      this.#files.retire(other, 'replaced');
    }
    this.#rollUps.apply();
  }

  /** Undoes the file as a whole, notes why, and throws. */
  #refuse(file: LoadingFile, message: string): never {
    const error = new TillstreamError('ledger_unbalanced', message, { file: file.name });
    this.rollback();
    this.#loading.delete(file.fileId);
    this.#atOnce(() => {
      if (file.disposition !== 'merge') this.#discard(file.fileId);
      this.#files.fail(file.fileId, error);
    });
    throw error;
  }

  #bumpVersion(): void {
    this.#statements.get('UPDATE warehouse SET version = version + 1').run();
  }

  #commit(): void {
    const version = this.#statements.get('SELECT version FROM warehouse').pluck().get() as number;
    this.#db.exec('COMMIT');
    this.#bulk.clear();
    this.#version = version;
  }

  /** Work in a transaction of its own. */
  #atOnce<T>(work: () => T): T {
    if (this.#db.inTransaction) {
      throw new TillstreamError('file_in_progress', 'a file has records that are neither committed nor rolled back');
    }
    return this.#guarded(() => {
      this.#beginWriting();
      for (const each of this.#measured) this.#runs.saveMeasurements(each);
      const result = work();
      this.#commit();
      this.#measured.length = 0;
      return result;
    });
  }

  /** Takes the write lock of the warehouse alone: BEGIN IMMEDIATE would begin to read the bulk file too, before it is written. */
  #beginWriting(): void {
    this.#db.exec('BEGIN');
    this.#statements.get('UPDATE main.warehouse SET version = version WHERE id = 1').run();
  }

  /** Work on a batch, in the transaction that the next commit ends. */
  #into<T>(batch: Batch, work: (file: LoadingFile) => T): T {
    const file = this.#file(batch.split.fileId);
    return this.#guarded(() => {
      this.#begin(file);
      return work(file);
    });
  }

  #begin(file: LoadingFile): void {
    if (!this.#db.inTransaction) {
      this.#beginWriting();
      this.#group = new CommitGroup(file.fileId);
      if (file.disposition === 'replace') this.#removeOthers(file);
    }
    if (this.#group.fileId === file.fileId) return;
    throw new TillstreamError(
      'file_in_progress',
      `file ${this.#group.fileId} has uncommitted records; files are loaded one after the other`,
    );
  }

  /** Rolls back if the work fails, for then nobody knows what of it was done. */
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#undo();
      throw databaseError(error, this.#db.name);
    }
  }

  /** Rolls back after an error; should that fail too, the first error is the one to tell. */
  #undo(): void {
    try {
      this.rollback();
    } catch {}
  }

  #file(fileId: number): LoadingFile {
    const file = this.#loading.get(fileId);
    if (file) return file;
    throw new TillstreamError('file_not_open', `file ${fileId} is not open; openFile comes before its records`);
  }
}

/** Is the file about to be loaded the one that was interrupted, to be read in the same way? */
function isSame(interrupted: InterruptedFile, file: FileToLoad): boolean {
  const { disposition = 'append', sizeBytes, contentHash, fingerprint = '' } = file;
  return (
    interrupted.size_bytes === sizeBytes &&
    interrupted.disposition === disposition &&
    interrupted.fingerprint === fingerprint &&
    (contentHash === undefined || interrupted.content_hash === null || interrupted.content_hash === contentHash)
  );
}

/** The hash that the source computed while it read. */
function hashOf(state: unknown): string | null {
  const hash = (state as { sha256?: unknown } | null)?.sha256;
  return typeof hash === 'string' ? hash : null;
}

function imbalance({ read, adjusted, outcomes }: ReturnType<typeof ledgerTotals>): string {
  const sides = (unit: 'records' | 'amount') => {
    const total = Object.values(outcomes).reduce((sum, tally) => sum + tally[unit], 0);
    return `${read[unit] + adjusted[unit]} read and ${total} accounted for`;
  };
  return `the ledger does not balance: records ${sides('records')}, money in 1/10,000 ${sides('amount')}; nothing of it was kept`;
}

function sum(values: Float64Array | null): number {
  let total = 0;
  for (let i = 0; values && i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}
