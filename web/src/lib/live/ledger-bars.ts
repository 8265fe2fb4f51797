import type { Ledger, LiveLedger, RunDetail } from '../server-types.ts';

export interface LedgerPart {
  readonly name: string;
  readonly records: number;
  readonly amount: string;
}

type AnyLedger = Ledger & Partial<Pick<LiveLedger, 'in_flight'>>;

/** What became of the records that were read; parts that no record took are left out, but for the inserted ones. */
export function partsOf(ledger: AnyLedger): LedgerPart[] {
  const { inserted, updated, unchanged, filtered, late, dead_lettered } = ledger;
  const parts = { inserted, updated, unchanged, filtered, late, dead_lettered };
  const all = Object.entries(parts).map(([name, tally]) => ({ name, ...tally }));
  if (ledger.in_flight) all.push({ name: 'in_flight', ...ledger.in_flight });
  return all.filter(({ name, records, amount }) => name === 'inserted' || records !== 0 || Number(amount) !== 0);
}

/** Lengths of the parts' bars, of 1 in all. Negative money (returns) has a length too. */
export function lengthsOf(values: readonly number[]): number[] {
  const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
  return values.map((value) => (all === 0 ? 0 : Math.abs(value) / all));
}

export type LedgerLines = RunDetail['ledger_lines'];
