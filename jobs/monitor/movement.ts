import type { Panel } from './panel.ts';
import { median } from './robust.ts';

/** Days before the one looked at that say what is normal. */
export const WINDOW_DAYS = 98;
/** Fewer others than these can't tell what a day was like for all. */
const FEWEST_PEERS = 4;
const FEWEST_DAYS = 14;
const YEAR = 364;
const SEASON_DAYS = 10;

/** What all rows have in common, day by day: weather, holidays, the season, a campaign. */
export interface Movement {
  /** By column, of those in the window. */
  readonly shared: Float64Array;
  /** Of the day looked at, by row: what the others say. */
  readonly today: Float64Array;
  readonly by: 'peers' | 'last year' | 'nothing';
}

/**
 * Rows and days pulled apart by medians, in two rounds (J. W. Tukey, Exploratory Data Analysis, 1977, median polish). With too few
 * rows for that, the season of the year before stands in: the medians of three weeks around the same weekdays then.
 * What a row itself says of the day looked at plays no part in its own value. Shares of records that are missing, rejected or
 * repeated don't follow the trade of the day: they stand still.
 */
export function movementAt(panel: Panel, column: number): Movement {
  const from = Math.max(0, column - WINDOW_DAYS);
  if (panel.measure.scale === 'share') return still(panel);
  const seasoned = panel.rows.map((_, row) => countIn(panel, row, from, column) >= FEWEST_DAYS);
  if (seasoned.filter(Boolean).length <= FEWEST_PEERS) return seasonAt(panel, from, column);
  return polished(panel, seasoned, from, column);
}

function countIn({ values, days }: Panel, row: number, from: number, to: number): number {
  let count = 0;
  for (let column = from; column < to; column++) if (!Number.isNaN(values[row * days + column])) count++;
  return count;
}

function polished(panel: Panel, seasoned: readonly boolean[], from: number, to: number): Movement {
  const { rows } = panel;
  const shared = new Float64Array(panel.days);
  let levels = new Float64Array(rows.length);
  for (let round = 0; round < 2; round++) {
    levels = Float64Array.from(rows, (_, row) => (seasoned[row] ? levelOf(panel, row, from, to, shared) : Number.NaN));
    for (let column = from; column < to; column++) shared[column] = dayEffect(panel, column, levels, -1);
  }
  const today = Float64Array.from(rows, (_, row) => dayEffect(panel, to, levels, row));
  return { shared, today, by: 'peers' };
}

function levelOf({ values, days, marked }: Panel, row: number, from: number, to: number, shared: Float64Array): number {
  const levels = new Float64Array(to - from).fill(Number.NaN);
  for (let column = from; column < to; column++) {
    const cell = row * days + column;
    if (marked[cell] === 0) levels[column - from] = values[cell]! - shared[column]!;
  }
  return median(levels);
}

/** How far the rows, but the one at `without`, are from their levels in the middle; those not marked, if there are enough. */
function dayEffect(panel: Panel, column: number, levels: Float64Array, without: number): number {
  const { values, marked, days, rows } = panel;
  const all = new Float64Array(rows.length).fill(Number.NaN);
  const plain = new Float64Array(rows.length).fill(Number.NaN);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (row === without) continue;
    const cell = row * days + column;
    const effect = values[cell]! - levels[row]!;
    all[row] = effect;
    if (marked[cell] !== 0 || Number.isNaN(effect)) continue;
    plain[row] = effect;
    count++;
  }
  return median(count >= FEWEST_PEERS ? plain : all);
}

function still({ days, rows }: Panel): Movement {
  return { shared: new Float64Array(days), today: new Float64Array(rows.length), by: 'nothing' };
}

function seasonAt(panel: Panel, from: number, column: number): Movement {
  const { days, rows, measure } = panel;
  if (measure.follows === 'level') return still(panel);
  const shared = new Float64Array(days);
  const known = rows.length === 1 && from - YEAR - SEASON_DAYS >= 0;
  if (known) for (let each = from; each <= column; each++) shared[each] = lastYear(panel, each - YEAR);
  const complete = known && !shared.subarray(from, column + 1).some(Number.isNaN);
  if (!complete) shared.fill(0);
  return { shared, today: new Float64Array(rows.length).fill(shared[column]!), by: complete ? 'last year' : 'nothing' };
}

function lastYear({ values }: Panel, column: number): number {
  const around = values.subarray(column - SEASON_DAYS, column + SEASON_DAYS + 1);
  return median(around);
}
