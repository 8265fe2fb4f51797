import type { Finding } from './finding.ts';
import type { Limit } from './limits.ts';
import type { Marks } from './marks.ts';
import type { Panel } from './panel.ts';

const WEEKS = 8;
/** Of the same weekdays before, the part on which there was trade, if none at all is to mean something. */
const USUALLY = 0.75;
const FEWEST_WEEKS = 2;

export interface SilenceCheck {
  /** Of the volume. */
  readonly panel: Panel;
  /** Records turned away that day count as a sign of life. */
  readonly rejected: Float64Array;
  readonly limit: Limit;
  readonly fewest: number;
  readonly marks: Marks;
}

/** Has a store that usually trades on this weekday not reported at all? */
export function checkSilence(
  { panel, rejected, limit, fewest, marks }: SilenceCheck,
  row: number,
  column: number,
): Finding {
  const { values, days, first } = panel;
  const at = panel.rows[row]!;
  const reported = (each: number) => !Number.isNaN(values[row * days + each]) || rejected[row * days + each]! > 0;
  const alike = weekdaysBefore(panel, row, column);
  const traded = alike.filter(reported);
  const seen = {
    check: 'freshness',
    level: 'store',
    row: at,
    column,
    unit: 'records',
    severity: limit.severity,
  } as const;
  const observed = reported(column) ? measured(panel, row, column) : 0;
  const expected = traded.length === 0 ? 0 : Math.round(middle(traded.map((each) => measured(panel, row, each))));
  const figures = { observed, expected, low: expected > 0 ? 1 : 0, high: null, score: null, columns: traded };
  const series = (each: number) => measured(panel, row, each);
  const known = Array.from({ length: column }, (_, each) => each).filter(reported);
  if (known.length < fewest && !reported(column))
    return { ...seen, ...figures, columns: known, series, verdict: 'learning' };
  const due = alike.length >= FEWEST_WEEKS && traded.length >= USUALLY * alike.length;
  const kinds = marks.of(at.attributes, 'freshness', first + column).map(({ kind }) => kind);
  const excused = kinds.some((kind) => kind !== 'promotion');
  const silent = !reported(column) && due;
  return {
    ...{ ...seen, ...figures, series, verdict: silent && !excused ? 'failing' : 'ok' },
    excused: silent && excused,
    ...(silent && excused && { note: `marked: ${kinds.join(', ')}` }),
  };
}

function weekdaysBefore({ marked, days }: Panel, row: number, column: number): number[] {
  const alike = Array.from({ length: WEEKS }, (_, week) => column - 7 * (week + 1));
  return alike.filter((each) => each >= 0 && marked[row * days + each] === 0);
}

function measured({ values, days, measure }: Panel, row: number, column: number): number {
  const value = values[row * days + column]!;
  return Number.isNaN(value) ? 0 : measure.back(value);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
