import type { OperatorCounts, Tally } from './operator.ts';
import { addNamed, addTally, emptyTally, sumOf } from './tally.ts';

/** What can become of a record that was read; `adjusted` is what operators that may add or change records did so. */
export const OUTCOMES = ['inserted', 'updated', 'unchanged', 'filtered', 'late', 'dead_lettered'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One line of the ledger: records and money (1/10,000 of the unit) that met one fate at one operator. */
export interface LedgerEntry extends Tally {
  readonly operator: string;
  readonly outcome: Outcome | 'read' | 'adjusted';
  /** Fault code or filter reason; empty where there is none. */
  readonly reason: string;
}

/** The ledger's lines for what operators counted, in plan order. Entries without records or money are left out. */
export function ledgerEntries(counts: Readonly<Record<string, OperatorCounts>>): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  Object.entries(counts).forEach(([operator, of], index) => {
    const add = (outcome: LedgerEntry['outcome'], reason: string, { records, amount }: Tally) => {
      if (records !== 0 || amount !== 0) entries.push({ operator, outcome, reason, records, amount });
    };
    const total = handled(of);
    const isSource = index === 0 || of.isSource;
    if (isSource) add('read', '', { records: total.records, amount: 0 });
    add('read', '', { records: 0, amount: of.found });
    const isSink = Object.keys(of.written).length > 0;
    if (!isSource && !isSink) {
      add('adjusted', '', { records: total.records - of.in.records, amount: total.amount - of.in.amount - of.found });
    }
    for (const [reason, tally] of Object.entries(of.filtered)) add('filtered', reason, tally);
    for (const [reason, tally] of Object.entries(of.deadLettered)) add('dead_lettered', reason, tally);
    for (const [outcome, tally] of Object.entries(of.written)) add(outcome as Outcome, '', tally);
    add('late', '', of.late);
  });
  return entries;
}

/** Records an operator has accounted for: passed on, left out or put aside. */
export function handled(counts: OperatorCounts): Tally {
  const total = emptyTally();
  for (const part of [counts.out, counts.late, sumOf(counts.filtered), sumOf(counts.deadLettered)]) {
    addTally(total, part.records, part.amount);
  }
  return total;
}

/** Totals by outcome, and whether they add up: read + adjusted = all outcomes, in records and in money. */
export interface LedgerTotals {
  readonly read: Tally;
  readonly adjusted: Tally;
  readonly outcomes: Readonly<Record<Outcome, Tally>>;
  readonly balanced: boolean;
}

export function ledgerTotals(entries: Iterable<LedgerEntry>): LedgerTotals {
  const sums: Record<string, Tally> = {};
  for (const outcome of ['read', 'adjusted', ...OUTCOMES]) sums[outcome] = emptyTally();
  for (const { outcome, records, amount } of entries) addNamed(sums, outcome, records, amount);
  const { read, adjusted, ...outcomes } = sums as Record<Outcome | 'read' | 'adjusted', Tally>;
  const sum = sumOf(outcomes);
  const balanced = read.records + adjusted.records === sum.records && read.amount + adjusted.amount === sum.amount;
  return { read, adjusted, outcomes, balanced };
}
