import { type Expectation, expectationAt } from './baseline.ts';
import type { Finding, Level } from './finding.ts';
import type { Limit } from './limits.ts';
import type { MarkKind, Marks } from './marks.ts';
import type { Measure } from './measures.ts';
import type { Movement } from './movement.ts';
import type { Panel } from './panel.ts';

export interface FigureCheck {
  readonly panel: Panel;
  readonly movement: Movement;
  readonly level: Level;
  readonly limit: Limit;
  readonly fewest: number;
  readonly marks: Marks;
}

/** Compares a row's figure of a day with what it was to be; undefined where it has none that day. */
export function checkFigure(
  { panel, movement, level, limit, fewest, marks }: FigureCheck,
  row: number,
  column: number,
): Finding | undefined {
  const { measure, values, days, first } = panel;
  const value = values[row * days + column]!;
  if (Number.isNaN(value)) return undefined;
  const expectation = expectationAt(panel, row, column, movement, fewest);
  const at = panel.rows[row]!;
  const seen = { check: measure.check, level, row: at, column, unit: measure.unit, observed: measure.back(value) };
  const base = { ...seen, ...(measure.field !== undefined && { field: measure.field }), severity: limit.severity };
  const series = (each: number) => measure.back(values[row * days + each]!);
  if (!expectation) {
    const columns = daysBefore(panel, row, column);
    return { ...base, verdict: 'learning', expected: null, low: null, high: null, score: null, columns, series };
  }
  const kinds = marks.of(at.attributes, measure.check, first + column).map(({ kind }) => kind);
  const band = bandOf(measure, expectation, limit, kinds);
  const [low, high] = [measure.back(band[0]), measure.back(band[1])].sort((a, b) => a - b) as [number, number];
  const inside = isIn(band, value);
  const excused = inside && kinds.length > 0 && !isIn(bandOf(measure, expectation, limit, []), value);
  return {
    ...base,
    verdict: inside ? 'ok' : 'failing',
    expected: measure.back(expectation.value),
    low,
    high,
    score: (value - expectation.value) / expectation.sigma,
    columns: expectation.columns,
    series,
    excused,
    ...(kinds.length > 0 && { note: `marked: ${[...new Set(kinds)].join(', ')}` }),
  };
}

function isIn([low, high]: readonly [number, number], value: number): boolean {
  return value >= low && value <= high;
}

function daysBefore({ values, days }: Panel, row: number, column: number): number[] {
  return Array.from({ length: column }, (_, each) => each).filter((each) => !Number.isNaN(values[row * days + each]));
}

/** Busy days come in all sizes and are seldom a mistake: trade may rise by so many times what it may fall. */
const RISE = 2.2;

/** What would be ok, on the scale: the larger of standard deviations and floor to either side, wider on marked days. */
function bandOf(
  measure: Measure,
  { value, sigma }: Expectation,
  { score, floor }: Limit,
  kinds: readonly MarkKind[],
): [number, number] {
  const reach = score * sigma;
  const [down, up] = floorsOf(measure, value, floor);
  const [lower, higher] = allowance(measure, kinds);
  const low = measure.sides === 'high' ? Number.NEGATIVE_INFINITY : value - Math.max(reach, down) - lower;
  return [low, value + Math.max(measure.follows === 'trade' ? reach * RISE : reach, up) + higher];
}

function floorsOf({ scale, back }: Measure, value: number, floor: number): [down: number, up: number] {
  if (scale === 'log') return [-Math.log(1 - floor), -Math.log(1 - floor)];
  const least = Math.min(1, back(value) + floor);
  return [0, Math.asin(Math.sqrt(least)) - value];
}

/** How much further down and up a figure may be, on the scale. */
type Allowance = readonly [down: number, up: number];

const FREE = Number.POSITIVE_INFINITY;
const TWICE = Math.log(2);

/**
 * What a marked day may do beyond an ordinary one. On a holiday a shop may be as quiet as it likes, and three times as busy; a
 * promotion sells up to four times as much at down to two fifths of the price. Nothing is too much for what somebody expected.
 */
function allowance({ check, follows }: Measure, kinds: readonly MarkKind[]): Allowance {
  const of: Readonly<Record<MarkKind, Allowance>> = {
    expected: [FREE, FREE],
    incident: [FREE, FREE],
    promotion:
      follows === 'trade'
        ? [0, Math.log(4)]
        : check === 'price'
          ? [Math.log(2.5), 0]
          : either(check, ['margin', 'basket']),
    holiday: follows === 'trade' ? [FREE, Math.log(3)] : either(check, ['basket']),
  };
  const allowed = kinds.map((kind) => of[kind]);
  return [Math.max(0, ...allowed.map(([down]) => down)), Math.max(0, ...allowed.map(([, up]) => up))];
}

function either(check: string, loose: readonly string[]): Allowance {
  return loose.includes(check) ? [TWICE, TWICE] : [0, 0];
}
