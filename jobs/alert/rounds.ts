import { dayOf } from '../../db/period.ts';
import { type CheckResult, keyOf } from '../monitor/check-result.ts';
import type { AlertPolicy } from './policy.ts';

/** Failing results that have one cause. */
export interface Group {
  /** Of the cause. */
  readonly key: string;
  /** The cause's own result; null where it was not looked at, but is known to fail. */
  readonly leader: CheckResult | null;
  /** What it explains, of whichever day. */
  readonly others: readonly CheckResult[];
}

/** What is known of one day. Day 0: about now. */
export interface Round {
  readonly day: number;
  readonly passing: ReadonlyMap<string, CheckResult>;
  readonly groups: readonly Group[];
}

/** Does that key fail on that day though no result says so? */
export type IsKnown = (key: string, day: number) => boolean;

/** Results by their days, oldest first, then those about now, and what fails by its cause. What is still being learnt says nothing. */
export function roundsOf(
  results: readonly CheckResult[],
  policy: Pick<AlertPolicy, 'severity'>,
  isKnown: IsKnown,
): Round[] {
  const findings = new Findings(results, policy);
  const drafts = new Map<number, { passing: Map<string, CheckResult>; groups: Map<string, Draft> }>();
  const roundOf = (day: number) => {
    const round = drafts.get(day) ?? { passing: new Map<string, CheckResult>(), groups: new Map<string, Draft>() };
    drafts.set(day, round);
    return round;
  };
  for (const { key, day, result } of findings.all) {
    if (result.verdict === 'ok') roundOf(day).passing.set(key, result);
    else {
      const root = findings.rootOf({ key, day, result }, isKnown);
      const { groups } = roundOf(root.day);
      const group = groups.get(root.key) ?? { key: root.key, leader: root.result, others: [] };
      if (result !== root.result) group.others.push(result);
      groups.set(root.key, group);
    }
  }
  const order = (day: number) => (day === 0 ? Number.POSITIVE_INFINITY : day);
  return [...drafts]
    .map(([day, { passing, groups }]) => ({ day, passing, groups: [...groups.values()] }))
    .sort((a, b) => (order(a.day) < order(b.day) ? -1 : 1));
}

type Draft = Group & { readonly others: CheckResult[] };

interface Finding {
  readonly key: string;
  readonly day: number;
  readonly result: CheckResult;
}

/** The result of each key and day, with the policy's severity; the last one where there are several. */
class Findings {
  readonly #byDay = new Map<string, Finding>();
  /** The latest of each key. */
  readonly #latest = new Map<string, Finding>();

  constructor(results: readonly CheckResult[], { severity }: Pick<AlertPolicy, 'severity'>) {
    for (const result of results) {
      const grave = severity[result.check] ?? result.severity;
      if (result.verdict === 'learning' || grave === 'off') continue;
      const day = result.day === null ? 0 : dayOf(result.day);
      const finding = { key: keyOf(result), day, result: { ...result, severity: grave } };
      this.#byDay.set(`${finding.key} ${day}`, finding);
      const latest = this.#latest.get(finding.key);
      if (!latest || day === 0 || (latest.day > 0 && day >= latest.day)) this.#latest.set(finding.key, finding);
    }
  }

  get all(): Iterable<Finding> {
    return this.#byDay.values();
  }

  /**
   * The last in a finding's chain of causes; of a chain that bites its own tail, the first by name, so that all in it agree. A cause is
   * what fails on the same day, or failed when it was last looked at.
   */
  rootOf(finding: Finding, isKnown: IsKnown): { key: string; day: number; result: CheckResult | null } {
    const chain: Finding[] = [];
    for (let at = finding; ; ) {
      const loop = chain.findIndex(({ key }) => key === at.key);
      if (loop >= 0) return chain.slice(loop).sort((a, b) => (a.key < b.key ? -1 : 1))[0] ?? at;
      chain.push(at);
      const { cause } = at.result;
      if (cause === undefined) return at;
      const next = this.#failing(cause, at.day);
      if (!next)
        return this.#latest.has(cause) || !isKnown(cause, at.day) ? at : { key: cause, day: at.day, result: null };
      at = next;
    }
  }

  #failing(key: string, day: number): Finding | undefined {
    const found = this.#byDay.get(`${key} ${day}`) ?? this.#latest.get(key);
    return found?.result.verdict === 'failing' ? found : undefined;
  }
}
