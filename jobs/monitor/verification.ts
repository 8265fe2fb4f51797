import type { Difference, Verification } from '../../db/verify.ts';
import type { CheckResult } from './check-result.ts';
import type { MonitorPolicy } from './settings.ts';

/** Differences that a result carries. */
const MOST = 20;

/** Whether all totals are what the single sales say, as a check about now. */
export function resultOfVerification(
  { ok, checked, differences }: Verification,
  policy: Pick<MonitorPolicy, 'severityOf'>,
): CheckResult {
  const sales = (checked.sales ?? 0).toLocaleString('en');
  const count = differences.length.toLocaleString('en');
  const message = ok
    ? `Every total is what the ${sales} single sales come to.`
    : `${count} ${differences.length === 1 ? 'figure is' : 'figures are'} not what the ${sales} single sales come to. ` +
      'See them with `tillstream verify`; docs/jobs.md says how to go back to a backup.';
  return {
    ...{ check: 'verify', subject: {}, day: null, verdict: ok ? 'ok' : 'failing' },
    ...{ severity: policy.severityOf('verify', 'critical'), unit: 'count', observed: differences.length, expected: 0 },
    ...{ low: null, high: 0, score: null, message, evidence: { facts: ok ? {} : factsOf(differences) } },
  };
}

function factsOf(differences: readonly Difference[]): Record<string, string> {
  const shown = differences.slice(0, MOST).map(({ what, where, column, kept, expected }): [string, string] => {
    return [`${what}, ${where}, ${column}`, `${kept ?? 'nothing'} is kept, ${expected ?? 'nothing'} was expected`];
  });
  return Object.fromEntries(shown);
}
