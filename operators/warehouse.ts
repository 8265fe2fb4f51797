import type { Batch } from '../engine/batch.ts';
import type { Checkpoint, Tally } from '../engine/operator.ts';

/** How a file's records join what the warehouse holds of its dataset. */
export type Disposition = 'append' | 'merge' | 'replace';

/** What became of the records of a batch; all three are always there. Amounts in 1/10,000 of the currency unit. */
export type WriteTallies = Readonly<Record<'inserted' | 'updated' | 'unchanged', Tally>>;

/** A file about to be loaded. */
export interface FileToLoad {
  readonly runId: number;
  /** What people call it; with size and dataset it identifies a file whose loading was interrupted. */
  readonly name: string;
  readonly path: string;
  readonly dataset: string;
  readonly sizeBytes: number;
  /** SHA-256 in hex, where it is known beforehand. Otherwise the last checkpoint brings it, as `position.state.sha256`. */
  readonly contentHash?: string;
  readonly disposition?: Disposition;
  /** Columns that identify a record within its dataset; `merge` needs them. */
  readonly primaryKey?: readonly string[];
  /** Changes whenever the plan or its options do; an interrupted file with another one starts over. */
  readonly fingerprint?: string;
  /** What is to be kept of how its columns differ. */
  readonly drift?: readonly Drift[];
}

/** Where an interrupted file goes on: the last checkpoint that was committed. */
export interface ResumePoint {
  /** Its number; the next checkpoint's must be higher. */
  readonly number: number;
  /** `state` of its SourcePosition. */
  readonly state: unknown;
  readonly bytes: number;
  /** Operator id to snapshot. */
  readonly states: Readonly<Record<string, unknown>>;
}

/** `unchanged`: these very bytes are in the warehouse already, as the file `fileId`. `open`: go on from `resume`, or from the start. */
export type OpenedFile =
  | { readonly status: 'unchanged'; readonly fileId: number; readonly name: string; readonly dataset: string }
  | { readonly status: 'open'; readonly fileId: number; readonly resume: ResumePoint | null };

/** A run about to begin. Times are milliseconds since 1970. */
export interface RunStart {
  /** What started it: ingest, watch, schedule … */
  readonly trigger: string;
  readonly startedAt: number;
  /** Anything worth keeping about it, as plain JSON: version, host, options. */
  readonly detail?: unknown;
}

export interface RunEnd {
  readonly status: 'done' | 'failed' | 'aborted';
  readonly endedAt: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What was measured over a file, as plain JSON. */
export interface Measurements {
  readonly fileId: number;
  /** Each operator's final metrics, in plan order. */
  readonly operators: readonly { readonly operator: string; readonly metrics: unknown }[];
  /** The sampled timeline, for replay. */
  readonly timeline: unknown;
}

/** One way in which a file's columns differ from the dataset's, or from the file before it. */
export interface Drift {
  /** added, removed, renamed, retyped or reordered. */
  readonly change: string;
  readonly field: string;
  /** What it was compared with: dataset or file. */
  readonly against: string;
  readonly detail?: unknown;
  /** What the contract made of it. */
  readonly action: string;
}

/**
 * Where sales are kept, as `batch-insert` and its host see it. All calls are synchronous and belong to one thread.
 * Whatever is given for a file becomes durable with the next {@link commit} and not before; until then
 * {@link rollback} undoes it. Files are loaded one after the other.
 */
export interface Warehouse {
  /** Counts up with every commit that changed what queries answer. */
  readonly version: number;

  /** Begins a run and returns its id. */
  startRun(run: RunStart): number;
  finishRun(runId: number, end: RunEnd): void;

  /** Makes the file known and says whether and where to begin. Must not be called while another file has uncommitted records. */
  openFile(file: FileToLoad): OpenedFile;
  /** Notes that the file could not be loaded. What was committed of it stays, to be resumed. */
  failFile(fileId: number, error: { code: string; message: string }): void;

  /** Takes records of the main port, in canonical columns, any of which may be missing. */
  insert(batch: Batch): WriteTallies;
  /** Adds what `aggregate` emits to the roll-ups. */
  mergeAggregates(batch: Batch): void;
  /** Keeps what came on the dead-letter port. */
  insertDeadLetters(batch: Batch): void;

  /**
   * Makes durable, in one transaction, all that was given since the last commit, the ledger's counts and the checkpoint.
   * A number that was committed before changes nothing. The last checkpoint also checks the file's balance and marks
   * it done; throws `ledger_unbalanced` if it does not balance, and then nothing of the file remains but the note.
   * A file that replaces others becomes visible with its last checkpoint only.
   */
  commit(fileId: number, checkpoint: Checkpoint): void;
  /** Forgets what was given since the last commit. */
  rollback(): void;

  /**
   * Keeps what was measured over a file. It becomes durable with what is noted next, a file that is opened or the end of the run: it is
   * not worth a transaction of its own.
   */
  saveMeasurements(measurements: Measurements): void;

  close(): void;
}
