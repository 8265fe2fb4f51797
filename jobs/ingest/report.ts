import { formatDecimal, MONEY_SCALE } from '../../engine/decimal.ts';
import { type LedgerEntry, ledgerTotals, OUTCOMES } from '../../engine/ledger.ts';

export type FileStatus = 'done' | 'unchanged' | 'unmatched' | 'failed';
export type RunStatus = 'done' | 'failed' | 'aborted';

/** Records by fate. */
export interface Counts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly filtered: number;
  readonly late: number;
  readonly dead_lettered: number;
  /** Records that operators which may add or take away records did add, less those they took away. */
  readonly adjusted?: number;
}

/** Money by fate, as decimal text in the currency unit. */
export type Amounts = { readonly [Fate in keyof Counts]: string };

/** Why a file did not get in, or what is to be known of it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** What became of one file. Its names are those of the JSON that people's programs read. */
export interface FileReport extends Counts {
  readonly name: string;
  readonly dataset: string | null;
  readonly status: FileStatus;
  readonly revenue: Amounts;
  readonly balanced: boolean;
  readonly duration_ms: number;
  readonly error: Trouble | null;
  /** Sentences for the file's owner: columns that changed, where it was resumed. */
  readonly notes: readonly string[];
  /** Path of the CSV with the rejected records, where there are any. */
  readonly rejected: string | null;
}

export interface Ledger extends Counts {
  readonly revenue: Amounts;
  readonly balanced: boolean;
}

/** What became of a run; `run_id` is null where there was nothing to do. */
export interface RunReport {
  readonly run_id: number | null;
  readonly status: RunStatus;
  readonly files: readonly FileReport[];
  readonly ledger: Ledger;
  readonly duration_ms: number;
  /** Names of files that somebody is still writing: the next run takes them. */
  readonly unfinished: readonly string[];
  /** What stopped the run, where it was more than a single file. */
  readonly error: Trouble | null;
}

/** The fates in the order in which they are shown; the first is the sum of the others. */
export const FATES = ['read', ...OUTCOMES] as const;

/** Sums up what the warehouse's ledger says of a file or a run. */
export function ledgerOf(entries: Iterable<LedgerEntry>): Ledger {
  const { read, adjusted, outcomes, balanced } = ledgerTotals(entries);
  const tallies = { read, ...outcomes, ...((adjusted.records !== 0 || adjusted.amount !== 0) && { adjusted }) };
  const each = <T>(show: (tally: { records: number; amount: number }) => T) =>
    Object.fromEntries(Object.entries(tallies).map(([fate, tally]) => [fate, show(tally)]));
  const counts = each(({ records }) => records) as unknown as Counts;
  const revenue = each(({ amount }) => formatDecimal(amount, MONEY_SCALE)) as unknown as Amounts;
  return { ...counts, revenue, balanced };
}
