import type { Batch } from '../../engine/batch.ts';
import type { Checkpoint, Fault, Tally } from '../../engine/operator.ts';

/** Where records go: a table of a SQLite database, which is made if it isn't there. */
export interface TableTarget {
  /** Path of the database. */
  readonly file: string;
  readonly table: string;
  /** Fields that tell one record from another; a record whose key is there replaces what is there. */
  readonly key: readonly string[];
  /** Field whose sum the ledger keeps. */
  readonly measure: string;
}

export type TableTallies = Readonly<Record<'inserted' | 'updated' | 'unchanged', Tally>>;

/** A record that a table cannot take. */
export interface Refusal {
  readonly row: number;
  readonly fault: Fault;
}

/**
 * A table as `sqlite-sink` sees it. What is given to it becomes durable with the next {@link commit}, together with the checkpoint and
 * with what the other tables of the run were given.
 */
export interface Table {
  insert(batch: Batch): { readonly tallies: TableTallies; readonly refused: readonly Refusal[] };
  /** Keeps records of the dead-letter port, with file, line and reason. */
  insertDeadLetters(batch: Batch): void;
  /** Resolves when all tables of the run have come to that checkpoint and it is durable; a checkpoint that is durable already changes nothing. */
  commit(checkpoint: Checkpoint): Promise<void>;
  /** Ends the use of the table; what was not committed is undone. */
  close(): void;
}

/** The service `tables`. */
export interface Tables {
  /** Whether records are counted elsewhere, by a warehouse: they then pass on, and a sink stands anywhere in a plan. */
  readonly isBeside?: boolean;
  open(target: TableTarget): Table;
}
