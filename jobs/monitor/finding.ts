import type { CheckFigures, Severity, Verdict } from './check-result.ts';
import type { HistoryRow } from './shop-history.ts';

/** What a row is one of. */
export type Level = 'store' | 'region' | 'category' | 'dataset' | 'shop';

/** A check's look at one row on one day, as figures; results.ts puts it into words. */
export interface Finding extends CheckFigures {
  readonly check: string;
  readonly level: Level;
  readonly row: HistoryRow;
  readonly field?: string;
  readonly column: number;
  verdict: Verdict;
  severity: Severity;
  /** Days that the expectation comes from, as columns. */
  readonly columns: readonly number[];
  /** The series compared, by column. */
  readonly series?: (column: number) => number;
  /** Unlike usual, and passed because somebody has marked the day. */
  readonly excused?: boolean;
  /** Why the verdict is milder than the figures alone would have it, or what else explains it. */
  note?: string;
  /** Of a finding about several stores at once: theirs. */
  readonly stores?: readonly Finding[];
  /** The finding that explains this one. */
  cause?: Finding | undefined;
}

/** 1 above what was expected, -1 below. */
export function direction({ observed, expected }: Finding): number {
  return Math.sign((observed ?? 0) - (expected ?? 0));
}

/** Would anybody be told of it? Not of what another explains, nor of what is only worth knowing. */
export function isAlarm({ verdict, severity, cause }: Finding): boolean {
  return verdict === 'failing' && severity !== 'info' && cause === undefined;
}
