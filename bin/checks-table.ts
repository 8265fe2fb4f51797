import { type CheckResult, keyOf } from '../jobs/monitor/check-result.ts';
import { shown } from '../jobs/monitor/measures.ts';
import { type TableColumn, table } from './table.ts';

const figure = (value: number | null, { unit }: CheckResult) => (value === null ? '' : shown(value, unit));

const FIGURES: readonly TableColumn<CheckResult>[] = [
  { heading: 'Day', show: ({ day }) => day ?? 'now' },
  { heading: 'Check', show: keyOf },
  { heading: 'Severity', show: ({ severity }) => severity },
  { heading: 'Observed', show: (result) => figure(result.observed, result), align: 'right' },
  { heading: 'Expected', show: (result) => figure(result.expected, result), align: 'right' },
  { heading: 'From', show: (result) => figure(result.low, result), align: 'right' },
  { heading: 'To', show: (result) => figure(result.high, result), align: 'right' },
  { heading: 'Score', show: ({ score }) => (score === null ? '' : score.toFixed(1)), align: 'right' },
];

/** Results with their figures, each followed by its sentence in the last column. */
export function checksTable(results: readonly CheckResult[]): string {
  return table(results, [...FIGURES, { heading: 'What was found', show: ({ message }) => message }]);
}
