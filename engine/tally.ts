import type { OperatorCounts, Tally } from './operator.ts';

export function emptyTally(): Tally {
  return { records: 0, amount: 0 };
}

export function emptyCounts(): OperatorCounts {
  return {
    found: 0,
    in: emptyTally(),
    out: emptyTally(),
    late: emptyTally(),
    filtered: {},
    deadLettered: {},
    written: {},
  };
}

export function addTally(to: Tally, records: number, amount: number): void {
  to.records += records;
  to.amount += amount;
}

/** Adds to the tally of that name, which is made if it isn't there. */
export function addNamed(to: Record<string, Tally>, name: string, records: number, amount: number): void {
  to[name] ??= emptyTally();
  addTally(to[name], records, amount);
}

/** Adds `from` to `to`. */
export function addCounts(to: OperatorCounts, from: OperatorCounts): void {
  if (from.isSource) to.isSource = true;
  to.found += from.found;
  for (const part of ['in', 'out', 'late'] as const) addTally(to[part], from[part].records, from[part].amount);
  for (const part of ['filtered', 'deadLettered', 'written'] as const) {
    for (const [name, tally] of Object.entries(from[part])) addNamed(to[part], name, tally.records, tally.amount);
  }
}

export function sumOf(tallies: Readonly<Record<string, Tally>>): Tally {
  const sum = emptyTally();
  for (const { records, amount } of Object.values(tallies)) addTally(sum, records, amount);
  return sum;
}
