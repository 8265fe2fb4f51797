import { dayNumber, demand } from './calendar.ts';
import { DEFAULT_SEED, type GenerateOptions } from './options.ts';
import { type Generated, generateSales } from './sales.ts';

/** As of {@link GenerateOptions}, of which the last day and the folder must be given. */
export interface DemoMonthOptions extends Pick<GenerateOptions, 'out' | 'signal' | 'onProgress'> {
  /** Last day, `YYYY-MM-DD`. */
  readonly endDate: string;
}

const ROWS = 20_000;
const DAYS = 30;
const SLIGHTLY_DIRTY = { dirty: 0.003, manifest: false } as const;
/** Numbers of orders that a day has room for, so that no two days share one. */
const ORDERS_A_DAY = 10_000;

/** Thirty days of some shop, slightly dirty, so that a first run has something to show. Writes no manifest. */
export async function generateDemoMonth(options: DemoMonthOptions): Promise<Generated> {
  return generateSales({ ...options, rows: ROWS, days: DAYS, ...SLIGHTLY_DIRTY });
}

/** One more day of the same shop, as busy as the day is among those before it. */
export async function generateDemoDay(options: DemoMonthOptions): Promise<Generated> {
  const day = dayNumber(options.endDate);
  const before = Array.from({ length: DAYS }, (_, i) => demand(DEFAULT_SEED, day - i));
  const mean = before.reduce((sum, each) => sum + each, 0) / DAYS;
  const rows = Math.max(1, Math.round(((ROWS / DAYS) * demand(DEFAULT_SEED, day)) / mean));
  return generateSales({ ...options, rows, days: 1, firstOrder: day * ORDERS_A_DAY, ...SLIGHTLY_DIRTY });
}
