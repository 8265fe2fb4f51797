import { dayOf } from '../../db/period.ts';
import { type CheckResult, keyOf } from '../monitor/check-result.ts';
import type { AlertPolicy } from './policy.ts';

/** What is known of one day, by key. Day 0: about now. */
export interface Round {
  readonly day: number;
  readonly failing: ReadonlyMap<string, CheckResult>;
  readonly passing: ReadonlyMap<string, CheckResult>;
}

/** Results by their days, oldest first, then those about now; what is still being learnt says nothing. Severities are the policy's. */
export function roundsOf(results: readonly CheckResult[], { severity }: Pick<AlertPolicy, 'severity'>): Round[] {
  const byDay = new Map<number, { failing: Map<string, CheckResult>; passing: Map<string, CheckResult> }>();
  for (const result of results) {
    const grave = severity[result.check] ?? result.severity;
    if (result.verdict === 'learning' || grave === 'off') continue;
    const day = result.day === null ? 0 : dayOf(result.day);
    const round = byDay.get(day) ?? { failing: new Map(), passing: new Map() };
    const [into, from] = result.verdict === 'failing' ? [round.failing, round.passing] : [round.passing, round.failing];
    into.set(keyOf(result), { ...result, severity: grave });
    from.delete(keyOf(result));
    byDay.set(day, round);
  }
  const order = (day: number) => (day === 0 ? Number.POSITIVE_INFINITY : day);
  return [...byDay].map(([day, round]) => ({ day, ...round })).sort((a, b) => (order(a.day) < order(b.day) ? -1 : 1));
}

/** Failing results that have one cause. */
export interface Group {
  /** Of the cause. */
  readonly key: string;
  /** The cause's own result; null where it has none in this round. */
  readonly leader: CheckResult | null;
  readonly others: readonly CheckResult[];
}

/** Groups failing results by what explains them. `isKnown`: does a cause that fails in no result of the round fail all the same? */
export function groupsOf(failing: ReadonlyMap<string, CheckResult>, isKnown: (key: string) => boolean): Group[] {
  const groups = new Map<string, { key: string; leader: CheckResult | null; others: CheckResult[] }>();
  for (const [key, result] of failing) {
    const root = rootOf(key, failing, isKnown);
    const group = groups.get(root) ?? { key: root, leader: failing.get(root) ?? null, others: [] };
    if (root !== key) group.others.push(result);
    groups.set(root, group);
  }
  return [...groups.values()];
}

/** The last in the chain of causes; of a chain that bites its own tail, the first by name, so that all in it agree. */
function rootOf(key: string, failing: ReadonlyMap<string, CheckResult>, isKnown: (key: string) => boolean): string {
  const seen: string[] = [];
  for (let at = key; ; ) {
    if (seen.includes(at)) return seen.slice(seen.indexOf(at)).sort()[0] ?? at;
    seen.push(at);
    const cause = failing.get(at)?.cause;
    if (cause === undefined || !(failing.has(cause) || isKnown(cause))) return at;
    at = cause;
  }
}
