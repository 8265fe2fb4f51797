import type { Static, TObject } from '@sinclair/typebox';
import type { Batch, FieldValues, Split } from './batch.ts';

/** Why a record could not go on. `code` is stable and snake_case; `field` is the field at fault, where there is one. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/** Where an operator puts what it makes. */
export interface Outputs {
  /** Passes a batch on. Empty batches are dropped. Resolves when the next operator has room; await it to honour backpressure. */
  emit(batch: Batch): Promise<void> | void;
  /** Sends one record of `batch` to the dead letters, with every fault found in it, the gravest first. */
  deadLetter(batch: Batch, row: number, faults: readonly [Fault, ...Fault[]]): void;
  /** Counts records of `batch` left out on purpose; `reason` is a stable snake_case word. `rows` is not kept. */
  filtered(batch: Batch, rows: Int32Array, reason: string): void;
  /** A sink says what became of records: outcome (inserted, updated, unchanged) to tally. */
  written(tallies: Readonly<Record<string, Tally>>): void;
  /** Counts records of `batch` that came after their window had closed. */
  late(batch: Batch, rows: Int32Array): void;
  /** Event time, in seconds since 1970, before which no more records are expected. */
  watermark(seconds: number): void;
}

/** What a run gives its operators. All that is not a function of the records comes from here, so tests can fix it. */
export interface OperatorContext {
  /** The operator's id in its plan. */
  readonly id: string;
  /** What its inputs in the plan are called, in order, where it may have several. */
  readonly inputs?: readonly string[];
  /** What is being read. For a source beside the first, and in the batches that it gives, `file` is its id in the plan. */
  readonly split: Split;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Things the plan's host provides by name: the warehouse, folders, a tap. Throws if there is none of that name. */
  service<T>(name: string): T;
}

/** A running operator. Its methods are called one at a time, never concurrently. */
export interface OperatorInstance {
  /** `input` is where the batch came in: a name from the spec's `inputs`, its index as text where there may be any number, else `main`. */
  process(batch: Batch, out: Outputs, input: string): void | Promise<void>;
  /**
   * True is a promise to the engine: when `process` has ended, the operator refers to nothing of the batch that it was given, nor of
   * those that it emitted. Their memory is then used again, which spares the garbage collector much. Strings and numbers may be kept.
   */
  readonly keepsNothing?: boolean;
  /** Batches of other ports pass an operator by unless it says here that it takes them; they then come to `process`. */
  readonly ports?: readonly string[];
  /** A checkpoint passes: whatever is held back and is not part of the snapshot must be emitted now. */
  checkpoint?(out: Outputs): void | Promise<void>;
  /** For sinks: make durable, in one transaction, all that was given since the last commit, and the checkpoint itself. */
  commit?(checkpoint: Checkpoint): void | Promise<void>;
  /**
   * For operators of several inputs: no more records will come in there, though others may still bring some. Called once for each
   * input, before {@link flush}, and again in a run that goes on from a later checkpoint.
   */
  ended?(input: string, out: Outputs): void | Promise<void>;
  /** No more records will come: called once when all inputs have ended, before the last checkpoint passes. */
  flush?(out: Outputs): void | Promise<void>;
  /**
   * For operators of several inputs: true lets the engine bring batches in an order that does not depend on which input is quicker:
   * what was made of an earlier batch of the source comes first, then that of the input named first. False is as they arrive.
   */
  readonly ordered?: boolean;
  /** State to be kept with a checkpoint, as plain JSON. */
  snapshot?(): unknown;
  /** Called before the first record with what {@link snapshot} gave. */
  restore?(state: unknown): void;
  /** Always called, once, also after an error or an abort. */
  close?(): void | Promise<void>;
}

/** A running source: a sequence of batches and, between them, positions at which it can resume. */
export interface SourceInstance {
  read(out: Outputs): AsyncIterable<Batch | SourcePosition>;
  /** As of operators: true promises that it refers to no batch that it gave, once it is asked for the next. */
  readonly keepsNothing?: boolean;
  /** Bytes of the split consumed so far, for progress between positions. */
  bytes?(): number;
  close?(): void | Promise<void>;
}

/** A place in the split where all before it has been emitted and nothing after it. */
export interface SourcePosition {
  readonly kind: 'position';
  /** Bytes of the split consumed, for progress. */
  readonly bytes: number;
  /** What the source needs to go on from here, as plain JSON. */
  readonly state: unknown;
  /** True at the end of the split. */
  readonly last: boolean;
}

/**
 * A mark that travels between batches. When the sink receives it, everything before it has arrived and nothing after:
 * source position, operator states and ledger counts then belong to the same instant (Chandy and Lamport, 1985).
 */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  /** From 0, counting up within the run of a split. */
  readonly number: number;
  readonly position: SourcePosition;
  /** Operator id to snapshot, and source id to position, of all but the first source; filled as the checkpoint passes. */
  readonly states: Record<string, unknown>;
  /** Operator id to what it counted since the checkpoint before; filled as the checkpoint passes. */
  readonly counts: Record<string, OperatorCounts>;
}

/** Records counted, and the money in them (in 1/10,000 of the currency unit; records whose money cannot be read count 0). */
export interface Tally {
  records: number;
  amount: number;
}

/** What one operator did with its records over some span. */
export interface OperatorCounts {
  /** Of a source, in a plan that has several. */
  isSource?: true;
  /** Money that this operator was the first to read: its records came in without the measured field and left with it. */
  found: number;
  in: Tally;
  out: Tally;
  late: Tally;
  /** By reason. */
  filtered: Record<string, Tally>;
  /** By fault code. */
  deadLettered: Record<string, Tally>;
  /** What a sink did with its records, by outcome: inserted, updated, unchanged. */
  written: Record<string, Tally>;
}

/** Records to try an operator with: a list, or a list for each of its inputs, by name, where it has several. */
export type GivenRecords = readonly FieldValues[] | Readonly<Record<string, readonly FieldValues[]>>;

interface Spec<Options extends TObject> {
  /** Kebab-case, as its file is called. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** A paragraph or more, Markdown. */
  readonly description?: string;
  readonly stability?: 'stable' | 'experimental';
  /** TypeBox object: every option with description and, unless required, a default. */
  readonly options: Options;
  /**
   * Whether every record that comes in goes out, is filtered, late or dead-lettered; true unless said otherwise.
   * The engine fails a run in which an operator that conserves records has lost or invented some.
   */
  readonly conserves?: boolean;
  /** What its inputs are called (`['left', 'right']`), or that it takes any number of them; one unless said otherwise. */
  readonly inputs?: readonly string[] | 'any';
  /**
   * The ports by which its records leave, `main` among them if that is one; only `main` unless said otherwise. Each must be taken up in
   * a plan, by an entry's `from: ["id.port"]`, where its records arrive on `main`. An operator may emit on other ports as well: these
   * are side outputs, which travel on to whoever takes them.
   */
  readonly outputs?: (options: Static<Options>) => readonly string[];
  /** Fault codes and filter reasons it uses, with what each means to the file's owner. */
  readonly reasons?: Readonly<Record<string, string>>;
  /** Shown in the docs and run as a test: these records in, those out; of several outputs one after the other. */
  readonly example?: {
    readonly options: Record<string, unknown>;
    readonly input: GivenRecords;
    readonly output: readonly FieldValues[];
  };
}

type Create<Options extends TObject, Instance> = (options: Static<Options>, context: OperatorContext) => Instance;

/** What an author writes: a spec and exactly one of the forms. */
export type OperatorDefinition<Options extends TObject> = Spec<Options> &
  (
    | { /** One record to one record. */ readonly map: RecordFunction<Options, FieldValues> }
    | {
        /** Keep the record? What is left out is counted under the operator's name. */ readonly filter: RecordFunction<
          Options,
          boolean
        >;
      }
    | { /** One record to any number. */ readonly flatMap: RecordFunction<Options, readonly FieldValues[]> }
    | { /** Stateful, or by batch. */ readonly create: Create<Options, OperatorInstance> }
    | { /** The head of a plan. */ readonly source: Create<Options, SourceInstance> }
  );

type RecordFunction<Options extends TObject, Result> = (
  record: FieldValues,
  options: Static<Options>,
  context: OperatorContext,
) => Result | Promise<Result>;

/** An operator as the registry holds it: its spec and how to make one. */
export interface Operator extends Spec<TObject> {
  readonly create?: Create<TObject, OperatorInstance>;
  readonly source?: Create<TObject, SourceInstance>;
}
