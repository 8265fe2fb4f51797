import { type LedgerEntry, ledgerEntries, ledgerTotals } from '../../engine/ledger.ts';
import type { MetricsSample } from '../../engine/metrics.ts';
import { ledgerLines, ledgerOf, tallyOf } from '../ledgers.ts';
import type { LiveLedger } from '../protocol.ts';

/** Outcomes that have a reason worth showing. */
const EXPLAINED = new Set(['filtered', 'dead_lettered', 'late']);

/**
 * The balance of a run: of the files that are in by the warehouse's own ledger, of the one being loaded by what its operators have
 * counted. What they have taken in and not yet accounted for is in flight.
 */
export class LedgerTracker {
  /** Of finished files, and of what an earlier run had committed of the file at hand. */
  #settled: LedgerEntry[] = [];
  #current: LedgerEntry[] = [];

  /** A file begins; `committed` is what an earlier run had committed of it. */
  begin(committed: readonly LedgerEntry[]): void {
    this.#settle(committed);
  }

  /** `conserves` tells whether an operator may not add or take away records. */
  sample({ operators }: MetricsSample, conserves: (id: string) => boolean): void {
    const counts = Object.fromEntries(operators.map(({ id, counts }) => [id, counts]));
    // What an operator that conserves seems to have taken away is on its way through it.
    this.#current = ledgerEntries(counts).filter(
      ({ outcome, operator }) => outcome !== 'adjusted' || !conserves(operator),
    );
  }

  /** The file is in, or has failed: `entries` is its ledger in the warehouse, `committed` the part given to {@link begin}. */
  finish(entries: readonly LedgerEntry[], committed: readonly LedgerEntry[]): void {
    this.#settle(entries);
    this.#settle(committed.map((entry) => ({ ...entry, records: -entry.records, amount: -entry.amount })));
    this.#current = [];
  }

  read(provisional: boolean): LiveLedger {
    const entries = summed([...this.#settled, ...this.#current]);
    const totals = ledgerTotals(entries);
    const { read, adjusted, outcomes } = totals;
    const inFlight = { records: read.records + adjusted.records, amount: read.amount + adjusted.amount };
    for (const { records, amount } of Object.values(outcomes)) {
      inFlight.records -= records;
      inFlight.amount -= amount;
    }
    return {
      ...ledgerOf(totals),
      balanced: provisional ? inFlight.records >= 0 : totals.balanced,
      in_flight: tallyOf(inFlight),
      provisional,
      lines: ledgerLines(entries.filter(({ outcome }) => EXPLAINED.has(outcome))),
    };
  }

  #settle(entries: readonly LedgerEntry[]): void {
    this.#settled = summed([...this.#settled, ...entries]);
  }
}

/** One line for each operator, outcome and reason; those that come to nothing are left out. */
function summed(entries: readonly LedgerEntry[]): LedgerEntry[] {
  const sums = new Map<string, { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] }>();
  for (const entry of entries) {
    const key = `${entry.operator} ${entry.outcome} ${entry.reason}`;
    const sum = sums.get(key);
    if (sum) {
      sum.records += entry.records;
      sum.amount += entry.amount;
    } else sums.set(key, { ...entry });
  }
  return [...sums.values()].filter(({ records, amount }) => records !== 0 || amount !== 0);
}
