import { weekday } from '../generate/calendar.ts';
import { type Movement, WINDOW_DAYS } from './movement.ts';
import type { Panel } from './panel.ts';
import { median, spread } from './robust.ts';

/** Days whose middle is the present level. */
const LEVEL_DAYS = 28;
const FORTNIGHT = 14;
/** A weekday's own offset counts n / (n + this): with few weeks behind it, little. */
const SHRINKAGE = 2;
/** What level and weekdays take from the freedom of the residuals. */
const FITTED = 8;
/** With n days, a spread is that of n + this: few days tell little of what is ordinary. */
const DOUBT = 8;

/** What a row was to be on a day, on the scale of its measure. */
export interface Expectation {
  readonly value: number;
  /** Standard deviation of ordinary days. */
  readonly sigma: number;
  /** Columns that it comes from. */
  readonly columns: readonly number[];
}

/** Level, weekday offsets and spread of some days of a row, the shared movement taken off. */
export interface Baseline {
  readonly level: number;
  readonly offsets: readonly number[];
  readonly sigma: number;
  readonly columns: readonly number[];
}

export interface Days {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** Of these, the level comes from the last so many. */
  readonly levelDays?: number;
}

/** The baseline of a row over `days`; undefined with fewer than `fewest` of them. Marked days don't count. */
export function baselineOf(
  panel: Panel,
  row: number,
  shared: Float64Array,
  { from, to, levelDays = LEVEL_DAYS }: Days,
  fewest: number,
): Baseline | undefined {
  const columns = usualDays(panel, row, shared, Math.max(0, from), to);
  if (columns.length < fewest) return undefined;
  const at = row * panel.days;
  const values = columns.map((column) => panel.values[at + column]! - shared[column]!);
  const level = median(values);
  const offsets = weekdayOffsets(panel, columns, values, level);
  const residuals = values.map((value, i) => value - offsets[weekday(panel.first + columns[i]!)]!);
  const recent = residuals.filter((_, i) => columns[i]! >= to - levelDays);
  const present = recent.length >= LEVEL_DAYS / 4 ? median(recent) : level;
  const freedom = Math.sqrt((columns.length + DOUBT) / Math.max(1, columns.length - FITTED));
  const sigma = spread(aroundFortnights(residuals, columns)) * freedom;
  return { level: present, offsets, sigma, columns };
}

/** Residuals from the middle of their fortnight, so that a level that has moved does not pass for spread. */
function aroundFortnights(residuals: readonly number[], columns: readonly number[]): number[] {
  const middles = new Map<number, number>();
  const fortnight = (i: number) => Math.floor(columns[i]! / FORTNIGHT);
  for (let i = 0; i < residuals.length; ) {
    let end = i;
    while (end < residuals.length && fortnight(end) === fortnight(i)) end++;
    middles.set(fortnight(i), median(residuals.slice(i, end)));
    i = end;
  }
  return residuals.map((value, i) => value - middles.get(fortnight(i))!);
}

function usualDays(
  { values, marked, days }: Panel,
  row: number,
  shared: Float64Array,
  from: number,
  to: number,
): number[] {
  const columns: number[] = [];
  for (let column = from; column < to; column++) {
    const cell = row * days + column;
    if (marked[cell] === 0 && !Number.isNaN(values[cell]! - shared[column]!)) columns.push(column);
  }
  return columns;
}

function weekdayOffsets(
  { first, measure }: Panel,
  columns: readonly number[],
  values: readonly number[],
  level: number,
): number[] {
  if (measure.scale === 'share') return new Array<number>(7).fill(0);
  return Array.from({ length: 7 }, (_, day) => {
    const of = values.filter((_, i) => weekday(first + columns[i]!) === day);
    return of.length < 2 ? 0 : ((median(of) - level) * of.length) / (of.length + SHRINKAGE);
  });
}

/**
 * What a row was to be on the day at `column`, from the days before it alone: its level of the last four weeks beside what is
 * shared, and the offset of the weekday. On a day unlike others, rows differ more than they do otherwise. Undefined, and still
 * learning, with fewer than `fewest` days.
 */
export function expectationAt(
  panel: Panel,
  row: number,
  column: number,
  movement: Movement,
  fewest: number,
): Expectation | undefined {
  const days = { from: column - WINDOW_DAYS, to: column };
  const baseline = baselineOf(panel, row, movement.shared, days, fewest);
  if (!baseline) return undefined;
  const today = Number.isNaN(movement.today[row]!) ? 0 : movement.today[row]!;
  const value = baseline.level + baseline.offsets[weekday(panel.first + column)]! + today;
  const noise = noiseAt(panel, row, column, baseline.columns);
  const unusual = unusualness(column, movement, today);
  return {
    value,
    sigma: Math.hypot(Math.max(baseline.sigma, noise.usual), noise.more, unusual),
    columns: baseline.columns,
  };
}

/** Share of an extraordinary movement by which rows usually differ from each other. */
const DIFFERENCE = 0.25;

function unusualness(column: number, { shared, by }: Movement, today: number): number {
  if (by !== 'peers') return 0;
  const alike: number[] = [];
  for (let each = column - 7; each >= Math.max(0, column - 56); each -= 7) alike.push(shared[each]!);
  const usual = median(alike);
  return Number.isFinite(usual) ? DIFFERENCE * Math.abs(today - usual) : 0;
}

/** Chance alone: what it usually adds, and what it adds beyond that because there were so few records on the day. */
function noiseAt({ noise, days, measure }: Panel, row: number, column: number, columns: readonly number[]) {
  const usual = median(columns.slice(-LEVEL_DAYS).map((each) => noise[row * days + each]!));
  const now = noise[row * days + column]!;
  const more = measure.follows === 'trade' || !Number.isFinite(now) ? 0 : Math.sqrt(Math.max(0, now ** 2 - usual ** 2));
  return { usual, more };
}
