import type { Database } from 'better-sqlite3';
import type { Batch } from '../engine/batch.ts';
import { TillstreamError } from '../engine/errors.ts';
import { ledgerTotals } from '../engine/ledger.ts';
import type { Checkpoint, Tally } from '../engine/operator.ts';
import type {
  Drift,
  FileToLoad,
  OpenedFile,
  OperatorReport,
  RunEnd,
  RunStart,
  Warehouse,
  WriteTallies,
} from '../operators/warehouse.ts';
import { BulkFile } from './bulk-file.ts';
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

/** What was given since the last commit, to be compared with each other. */
interface Group {
  fileId: number;
  /** Records and money of the main port, and those that `aggregate` counted. */
  readonly records: Tally;
  readonly aggregated: Tally;
  /** Rows that should have been inserted. */
  rows: number;
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
  #group = emptyGroup();
  #version: number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#statements = new Statements(db);
    this.#bulk = new BulkFile(db);
    this.#dimensions = new Dimensions(this.#statements);
    this.#files = new FileRegister(this.#statements, now);
    this.#runs = new RunRegister(this.#statements);
    this.#identifiers = new Identifiers(this.#statements);
    this.#reader = new FactReader(this.#dimensions, this.#identifiers);
    this.#descriptions = new ProductDescriptions(this.#statements);
    this.#facts = new FactAppender(this.#statements, this.#bulk);
    this.#rollUps = new RollUps(this.#statements, this.#dimensions, this.#bulk);
    this.#orders = new Orders(this.#statements, this.#rollUps, this.#bulk);
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

  hasSize(sizeBytes: number): boolean {
    return this.#files.hasSize(sizeBytes);
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
      for (const { records, amount } of Object.values(tallies)) {
        this.#group.records.records += records;
        this.#group.records.amount += amount;
      }
      this.#group.rows += tallies.inserted.records + tallies.updated.records;
      return tallies;
    });
  }

  mergeAggregates(batch: Batch): void {
    this.#into(batch, () => {
      const { lines, revenue } = this.#rollUps.addBatch(batch);
      this.#group.aggregated.records += lines;
      this.#group.aggregated.amount += revenue;
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
      this.#begin(fileId);
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
    this.#group = emptyGroup();
    for (const part of [this.#facts, this.#orders, this.#rollUps, this.#merger, this.#letters, this.#bulk])
      part.clear();
    // Keys that the transaction had given out are free again.
    for (const part of [this.#dimensions, this.#reader, this.#identifiers, this.#descriptions]) part.clear();
  }

  recordDrift(fileId: number, drifts: readonly Drift[]): void {
    this.#atOnce(() => this.#runs.recordDrift(fileId, drifts));
  }

  saveMetrics(fileId: number, reports: readonly OperatorReport[]): void {
    this.#atOnce(() => this.#runs.saveMetrics(fileId, reports));
  }

  saveTimeline(fileId: number, samples: unknown): void {
    this.#atOnce(() => this.#runs.saveTimeline(fileId, samples));
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
    this.#facts.append(rows);
    this.#orders.add(rows);
    const inserted = { records: rows.length, amount: sum(rows.revenue) };
    return { inserted, updated: { records: 0, amount: 0 }, unchanged: { records: 0, amount: 0 } };
  }

  #merge(batch: Batch, rows: FactRows, { datasetKey, primaryKey }: LoadingFile): WriteTallies {
    return this.#merger.write(batch, rows, datasetKey, primaryKey);
  }

  /** Writes what was gathered, all but the commit itself. */
  #write(file: LoadingFile, checkpoint: Checkpoint): void {
    this.#writeRows();
    this.#checkGroup(file);
    this.#files.addCells(file.fileId, this.#rollUps.apply());
    this.#letters.flush();
    addToLedger(this.#statements, file.fileId, 0, checkpoint.counts);
    this.#files.saveCheckpoint(file.fileId, 0, checkpoint);
    this.#bumpVersion();
    this.#facts.clear();
    this.#group = { ...emptyGroup(), fileId: file.fileId };
  }

  #writeRows(): void {
    this.#facts.flush();
    const parts = [this.#facts, this.#orders, this.#rollUps];
    // One after the other, for the pages of one must be complete before the next one's begin.
    const staged = parts.map((part) => part.stage());
    if (staged.includes(true)) this.#bulk.publish();
    for (const part of parts) part.copy();
    this.#merger.flush();
  }

  /** What was written, what SQLite says was written and what the roll-ups counted are one and the same. */
  #checkGroup({ name }: LoadingFile): void {
    const { records, aggregated, rows } = this.#group;
    if (records.records !== aggregated.records || records.amount !== aggregated.amount) {
      throw new TillstreamError(
        'roll_ups_differ',
        `${name}: batch-insert was given ${records.records} records, of which aggregate counted ${aggregated.records}; ` +
          'the plan needs aggregate, and after it nothing that adds, drops or changes records',
      );
    }
    if (rows !== this.#facts.inserted) {
      throw new TillstreamError(
        'rows_differ',
        `${name}: ${rows} rows were given to SQLite, which inserted ${this.#facts.inserted}`,
      );
    }
  }

  /** Marks the file done; returns a sentence if its ledger does not balance. */
  #finish(file: LoadingFile, { position }: Checkpoint): string | null {
    const totals = ledgerTotals(ledgerOfFile(this.#db, file.fileId));
    if (!totals.balanced) return `${file.name}: ${imbalance(totals)}`;
    if (file.disposition === 'replace') this.#replaceOthers(file);
    this.#files.finish(file.fileId, totals.read.records, hashOf(position.state));
    return null;
  }

  #replaceOthers({ fileId, datasetKey }: LoadingFile): void {
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
      const result = work();
      this.#commit();
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
      this.#begin(file.fileId);
      return work(file);
    });
  }

  #begin(fileId: number): void {
    if (!this.#db.inTransaction) {
      this.#beginWriting();
      this.#group = { ...emptyGroup(), fileId };
    }
    if (this.#group.fileId === fileId) return;
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

function emptyGroup(): Group {
  return { fileId: 0, records: { records: 0, amount: 0 }, aggregated: { records: 0, amount: 0 }, rows: 0 };
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
