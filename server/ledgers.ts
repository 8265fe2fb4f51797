import { formatDecimal, MONEY_SCALE } from '../engine/decimal.ts';
import { type LedgerEntry, type LedgerTotals, ledgerTotals } from '../engine/ledger.ts';
import type { Tally as Amounts } from '../engine/operator.ts';
import type { Ledger, LedgerLine, Tally } from './schemas/ledger.ts';

/** Money in 1/10,000 as decimal text. */
export function moneyText(amount: number): string {
  return formatDecimal(amount, MONEY_SCALE);
}

export function tallyOf({ records, amount }: Amounts): Tally {
  return { records, amount: moneyText(amount) };
}

/** Totals by fate, in the words of REST and live. */
export function ledgerOf(totals: LedgerTotals): Ledger {
  const { read, adjusted, outcomes, balanced } = totals;
  const { inserted, updated, unchanged, filtered, late, dead_lettered } = outcomes;
  return {
    read: tallyOf(read),
    adjusted: tallyOf(adjusted),
    inserted: tallyOf(inserted),
    updated: tallyOf(updated),
    unchanged: tallyOf(unchanged),
    filtered: tallyOf(filtered),
    late: tallyOf(late),
    dead_lettered: tallyOf(dead_lettered),
    balanced,
  };
}

export function ledgerLines(entries: Iterable<LedgerEntry>): LedgerLine[] {
  return [...entries].map(({ operator, outcome, reason, records, amount }) => ({
    ...{ operator, outcome, reason, records },
    amount: moneyText(amount),
  }));
}

/** Records by fate, as lists of runs and files show them, and the money that got in and that did not. */
export function countsOf(entries: Iterable<LedgerEntry>) {
  const { read, outcomes, balanced } = ledgerTotals(entries);
  const { inserted, updated, unchanged, filtered, late, dead_lettered } = outcomes;
  return {
    read: read.records,
    inserted: inserted.records,
    updated: updated.records,
    unchanged: unchanged.records,
    filtered: filtered.records,
    late: late.records,
    dead_lettered: dead_lettered.records,
    revenue: moneyText(inserted.amount + updated.amount),
    rejected_revenue: moneyText(dead_lettered.amount),
    balanced,
  };
}
