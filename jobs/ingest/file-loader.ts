import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { lookupQueries } from '../../db/lookup-queries.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import { run } from '../../engine/run.ts';
import type { Dataset } from '../../operators/dataset/config.ts';
import { type DriftReport, driftRecords, type Finding, findDrift } from '../../operators/dataset/drift.ts';
import type { FileShape } from '../../operators/dataset/profile.ts';
import { rejectedPathIn } from '../../operators/dead-letter/rejected-path.ts';
import type { FileToLoad, OpenedFile } from '../../operators/warehouse.ts';
import { badContract } from '../errors.ts';
import { foldersOf } from '../home.ts';
import { archive, claim, freePath, giveBack } from '../inbox.ts';
import type { Candidate } from './candidates.ts';
import { contentHash } from './content-hash.ts';
import type { IngestSetting } from './ingest-run.ts';
import { type FilePlan, Plans } from './plans.ts';
import { type Recognised, type Recognition, recogniseAs } from './recognise.ts';
import { type FileReport, type FileStatus, ledgerOf } from './report.ts';
import { RunRecords } from './run-records.ts';
import { tablesBeside } from './tables-beside.ts';
import { isFatal, troubleOf } from './trouble.ts';
import type { WriterThread } from './writer-thread.ts';

export interface LoaderSetting extends IngestSetting {
  readonly writer: WriterThread;
  readonly runId: number;
}

/** What became of a file, its lines of the ledger, and the error that stopped it, if one did. */
export interface Loaded {
  readonly report: FileReport;
  readonly entries: readonly LedgerEntry[];
  readonly error?: unknown;
}

/** What is known of a file while it is being loaded. */
interface Progress {
  readonly candidate: Candidate;
  readonly startedAt: number;
  /** Where the file is now: claiming moves it. */
  path: string;
  /** Where it will be afterwards. */
  destination: string;
  dataset: string | null;
  fileId: number | null;
  notes: string[];
}

type OpenFile = Extract<OpenedFile, { status: 'open' }>;

/** What is known of a file before its records are read; of one that is of no dataset, why. */
type Ready =
  | { readonly recognition: Exclude<Recognition, Recognised> }
  | {
      readonly recognition: Recognised;
      readonly drift: DriftReport;
      readonly plan: FilePlan;
      readonly opened: OpenedFile;
    };

/** A file that is about to be loaded. */
export interface Prepared {
  readonly progress: Progress;
  readonly ready: Promise<Ready>;
}

/** Why an interrupted file can't be gone on with, by the code of the error that says so. */
const STARTS_OVER: Readonly<Record<string, { readonly trouble: string; readonly note: string }>> = {
  file_changed: {
    trouble: 'another file has come in its place',
    note: 'is another one than the file of its name that was interrupted; read from its beginning',
  },
  scratch_lost: {
    trouble: 'what an operator had written down before the interruption is gone',
    note: 'was interrupted, and what an operator had written down is gone; read from its beginning',
  },
  tables_behind: {
    trouble: 'a table beside the warehouse does not have what was loaded before the interruption',
    note: 'was interrupted, and a table beside the warehouse does not have what was loaded before; read from its beginning',
  },
};

function startsOver(error: unknown): error is TillstreamError {
  return error instanceof TillstreamError && Object.hasOwn(STARTS_OVER, error.code);
}

/** What a sample only suggests, and what the contract passes over, is kept with the run and not announced. */
function isWorthSaying({ action, kind }: Finding): boolean {
  return action !== 'noted' && kind !== 'retyped';
}

/** Loads files one after the other: recognise, claim, run, settle. No file's failure is thrown. */
export class FileLoader {
  readonly #setting: LoaderSetting;
  readonly #plans: Plans;
  readonly #records: RunRecords;
  /** By dataset: what its last file looked like. */
  readonly #lastShapes = new Map<string, FileShape>();
  /** The file whose last records the writer is at. */
  #handedOver: Progress | null = null;
  /** Notes on their way to the warehouse, which takes them in order. */
  readonly #unsettled: Promise<void>[] = [];

  constructor(setting: LoaderSetting) {
    this.#setting = setting;
    this.#plans = new Plans(setting.home, setting.config, setting.registry);
    this.#records = new RunRecords(setting.home);
  }

  /** Waits for what is noted of files while the next ones are loaded. */
  async settle(): Promise<void> {
    await Promise.all(this.#unsettled.splice(0));
  }

  #note(note: Promise<void>): void {
    note.catch(() => {});
    this.#unsettled.push(note);
  }

  close(): void {
    this.#records.close();
  }

  /**
   * Does all that comes before a file's records: recognises, claims and opens it. The next file may be prepared while the writer is at the
   * last records of this one, unless they have the same name. What goes wrong is told when it is loaded.
   */
  prepare(candidate: Candidate): Prepared {
    const { path } = candidate;
    const progress: Progress = {
      ...{ candidate, path, destination: resolve(path), startedAt: performance.now() },
      ...{ dataset: null, fileId: null, notes: [] },
    };
    const ready = this.#prepare(progress);
    ready.catch(() => {});
    return { progress, ready };
  }

  /** `onHandedOver` is called when only the writer still has to do with the file. */
  async load({ progress, ready }: Prepared, onHandedOver: () => void = () => {}): Promise<Loaded> {
    try {
      return await this.#load(progress, await ready, onHandedOver);
    } catch (error) {
      await this.#undo(progress, error);
      return { ...(await this.#report(progress, 'failed', error)), error };
    } finally {
      this.#handedOver = null;
    }
  }

  /** Puts back a file that was prepared and is not going to be loaded, because of `error`. */
  async giveUp({ progress, ready }: Prepared, error: unknown): Promise<void> {
    await ready.catch(() => {});
    await this.#undo(progress, error);
  }

  async #prepare(progress: Progress): Promise<Ready> {
    const { candidate } = progress;
    if (candidate.error) throw candidate.error;
    const recognition = await this.#setting.recogniser.recognise(candidate.path);
    if (recognition.kind !== 'matched') return { recognition };
    progress.dataset = recognition.dataset.name;
    const hash = await this.#hashIfKnown(candidate);
    this.#claim(progress);
    const drift = await this.#drift(recognition);
    const { dataset } = recognition;
    const { columns } = recognition.peek;
    const plan = this.#plans.planFor(dataset, { path: progress.path, columns, renames: drift.renames });
    const opened = await this.#open(progress, dataset, plan, { ...hash, drift: driftRecords(drift) });
    if (opened.status === 'open') progress.fileId = opened.fileId;
    return { recognition, drift, plan, opened };
  }

  async #load(progress: Progress, ready: Ready, onHandedOver: () => void): Promise<Loaded> {
    if (!('opened' in ready)) return this.#unmatched(progress, ready.recognition.message);
    const { recognition, drift, plan, opened } = ready;
    const { dataset, shape } = recognition;
    if (opened.status === 'unchanged') return this.#unchanged(progress, opened.name);
    progress.notes = drift.findings.filter(isWorthSaying).map(({ message }) => message);
    if (drift.failure !== undefined) throw badContract(progress.candidate.path, drift.failure);
    const handedOver = () => {
      this.#handedOver = progress;
      this.#lastShapes.set(dataset.name, shape);
      onHandedOver();
    };
    await this.#run(progress, dataset, plan, opened, handedOver).catch((error: unknown) => {
      if (opened.resume && startsOver(error)) return this.#startOver(progress, dataset, plan, error.code);
      throw error;
    });
    this.#lastShapes.set(dataset.name, shape);
    return this.#done(progress);
  }

  /** Hashing beforehand costs a reading of the file, so it is done only where a file of that size is known. */
  async #hashIfKnown({ path, sizeBytes }: Candidate): Promise<{ contentHash?: string }> {
    if (!this.#records.hasSize(sizeBytes) && this.#handedOver?.candidate.sizeBytes !== sizeBytes) return {};
    return { contentHash: await contentHash(path, this.#setting.signal) };
  }

  #claim(progress: Progress): void {
    const { candidate } = progress;
    const { home } = this.#setting;
    if (candidate.origin === 'inbox') progress.path = claim(home, candidate.path);
    if (candidate.origin !== 'named') {
      const taken = this.#handedOver?.destination;
      progress.destination = freePath(home.ingested, candidate.name, (path) => path === taken || existsSync(path));
    }
  }

  async #drift({ dataset, shape }: Recognised): Promise<DriftReport> {
    const last = this.#lastShapes.get(dataset.name) ?? (await this.#shapeBefore(dataset));
    return findDrift(dataset, shape, last);
  }

  /** What the dataset's last file of an earlier run looks like, if it is still there. */
  async #shapeBefore(dataset: Dataset): Promise<FileShape | undefined> {
    const path = this.#records.lastPath(dataset.name);
    if (path === undefined) return undefined;
    const seen = await recogniseAs(dataset, path).catch(() => undefined);
    if (seen) this.#lastShapes.set(dataset.name, seen.shape);
    return seen?.shape;
  }

  #open(
    progress: Progress,
    dataset: Dataset,
    plan: FilePlan,
    known: Pick<FileToLoad, 'contentHash' | 'drift'>,
  ): Promise<OpenedFile> {
    const { sizeBytes } = progress.candidate;
    const { runId, writer } = this.#setting;
    // The name that it is claimed by is the one that the next run knows it again by.
    const name = basename(progress.path);
    return writer.openFile({
      ...{ runId, name, sizeBytes, dataset: dataset.name, path: progress.destination },
      ...known,
      ...{ disposition: dataset.disposition, primaryKey: dataset.primaryKey, fingerprint: plan.fingerprint },
    });
  }

  async #startOver(progress: Progress, dataset: Dataset, plan: FilePlan, code: string): Promise<void> {
    // Every code that comes here is there.
    const { trouble, note } = STARTS_OVER[code]!;
    const { home, writer, signal } = this.#setting;
    const { path, fileId } = progress;
    if (fileId !== null) {
      await writer.failFile(fileId, { code, message: trouble });
      const { clearScratch } = await import('../../operators/spill/scratch.ts');
      await clearScratch(home.dir, { fileId, part: 0 });
    }
    const hash = await contentHash(path, signal);
    // Being read in another way, as it were, it is not taken for the one that was interrupted, whose records are removed.
    const fingerprint = `${plan.fingerprint} ${hash}`;
    const opened = await this.#open(progress, dataset, { ...plan, fingerprint }, { contentHash: hash });
    if (opened.status === 'unchanged') return;
    progress.fileId = opened.fileId;
    progress.notes = [note];
    await this.#run(progress, dataset, plan, opened);
  }

  async #run(
    progress: Progress,
    dataset: Dataset,
    { plan, stageFrom }: FilePlan,
    { fileId, resume }: OpenFile,
    onHandedOver: () => void = () => {},
  ): Promise<void> {
    const { home, writer, registry, signal, now, onEvent, sampleMs } = this.#setting;
    const { name: file, sizeBytes } = progress.candidate;
    const resumedAt = resume?.bytes ?? 0;
    if (resume) progress.notes.push('went on from where an earlier run had stopped');
    onEvent({
      ...{ type: 'file-started', fileId, file, dataset: dataset.name, sizeBytes, resumedAt, stageFrom },
      disposition: dataset.disposition,
      plan: plan.map(({ id, operator, inputs }) => ({ id, operator, inputs: inputs.map(({ from }) => from) })),
    });
    const tables = await tablesBeside(home, plan, { fileId, file, resume });
    let committed = resumedAt;
    const { metrics, timeline } = await run({
      ...{ plan, registry, signal, now, sampleMs },
      services: { folders: foldersOf(home), sql: lookupQueries, ...(tables && { tables }) },
      split: { fileId, file, part: 0 },
      ...(stageFrom > 0 && { stage: { thread: writer.stage, from: stageFrom } }),
      ...(resume && { resume: { number: resume.number, source: resume.state, states: resume.states } }),
      onHandedOver,
      onSample: (sample) => onEvent({ type: 'sample', file, sample }),
      onCommitted: ({ position: { bytes } }) => {
        writer.committed(bytes - committed);
        committed = bytes;
      },
    }).finally(() => tables?.close());
    const operators = metrics.operators.map((each) => ({ operator: each.id, metrics: each }));
    this.#note(writer.saveMeasurements({ fileId, operators, timeline }));
  }

  async #unmatched(progress: Progress, message: string): Promise<Loaded> {
    if (progress.candidate.origin === 'claimed') giveBack(this.#setting.home, progress.path);
    return this.#report(progress, 'unmatched', new TillstreamError('unmatched', message));
  }

  async #unchanged(progress: Progress, knownAs: string): Promise<Loaded> {
    this.#archive(progress);
    progress.notes.push(`its bytes are those of ${knownAs}, which is in the warehouse`);
    return this.#report(progress, 'unchanged');
  }

  async #done(progress: Progress): Promise<Loaded> {
    this.#archive(progress);
    return this.#report(progress, 'done');
  }

  /** All is committed by now: a file that can't be moved stays claimed, and the next run moves it. */
  #archive({ candidate, path, destination, notes }: Progress): void {
    if (candidate.origin === 'named') return;
    try {
      archive(path, destination);
    } catch (error) {
      notes.push(`it is in the warehouse and could not be moved to data/ingested yet: ${(error as Error).message}`);
    }
  }

  /** After a failure the file goes back to where a person sees it. A second failure must not hide the first. */
  async #undo({ fileId, path, candidate }: Progress, error: unknown): Promise<void> {
    const { writer, home } = this.#setting;
    try {
      if (fileId !== null && !isFatal(error)) await writer.failFile(fileId, troubleOf(error));
      if (candidate.origin === 'claimed' || path !== candidate.path) giveBack(home, path);
    } catch {
      // The file stays claimed; the next run begins with it.
    }
  }

  /** What the warehouse's ledger says of the file, whoever wrote it. */
  async #report(progress: Progress, status: FileStatus, error?: unknown): Promise<Loaded> {
    const { candidate, dataset, fileId, notes, startedAt } = progress;
    const entries = fileId === null ? [] : this.#records.ledgerOf(fileId);
    const ledger = ledgerOf(entries);
    const report: FileReport = {
      ...{ name: candidate.name, dataset, status },
      ...ledger,
      duration_ms: Math.round(performance.now() - startedAt),
      error: error === undefined ? null : troubleOf(error),
      notes,
      rejected: ledger.dead_lettered > 0 ? this.#rejectedPath(progress) : null,
    };
    return { report, entries };
  }

  /** The CSV that `dead-letter` has written for the file, if the plan has it do so there. */
  #rejectedPath({ candidate: { name: file }, fileId }: Progress): string | null {
    const { rejected } = this.#setting.home;
    const path = fileId === null ? null : rejectedPathIn(rejected, { file, fileId, part: 0 });
    return path !== null && existsSync(path) ? path : null;
  }
}
