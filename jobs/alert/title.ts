import type { CheckResult } from '../monitor/check-result.ts';

/** What an alert is called: `Revenue: store S012`. */
export function titleOf({ check, subject }: Pick<CheckResult, 'check' | 'subject'>): string {
  const about = Object.entries(subject).map(([dimension, value]) => `${dimension} ${value}`);
  return about.length === 0 ? words(check) : `${words(check)}: ${about.join(', ')}`;
}

/** What an alert that stands for several of one check is called. */
export function titleOfMany(check: string, count: number): string {
  return `${words(check)}: ${count} at once`;
}

const MOST_NAMED = 8;

/** Which ones they are, as far as a sentence holds them. */
export function messageOfMany(check: string, results: readonly CheckResult[]): string {
  const names = results.slice(0, MOST_NAMED).map(({ subject }) => Object.values(subject).join(' ') || 'the whole shop');
  const more = results.length > MOST_NAMED ? ` and ${results.length - MOST_NAMED} more` : '';
  return `${results.length} alerts of ${words(check).toLowerCase()} at once: ${names.join(', ')}${more}.`;
}

/** Where a check's name says too little to people. */
const WORDS: Readonly<Record<string, string>> = {
  'dead-letters': 'Rejected records',
  'null-rate': 'Missing values',
  'original-columns': 'Missing columns',
  'original-rows': 'Records against the day before',
  'original-revenue': 'Revenue against the day before',
  'original-runtime': 'Runtime',
  'roll-ups': 'Totals against each other',
  verify: 'Totals against the single sales',
  'unmatched-file': 'File not recognised',
};

/** `schema-drift` as `Schema drift`. */
function words(check: string): string {
  const said = WORDS[check];
  if (said !== undefined) return said;
  const text = check.replaceAll(/[-_]/g, ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
