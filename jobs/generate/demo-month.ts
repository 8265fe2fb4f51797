import type { GenerateOptions } from './options.ts';
import { type Generated, generateSales } from './sales.ts';

/** As of {@link GenerateOptions}, of which the last day and the folder must be given. */
export interface DemoMonthOptions extends Pick<GenerateOptions, 'out' | 'signal' | 'onProgress'> {
  /** Last day of the month, `YYYY-MM-DD`. */
  readonly endDate: string;
}

/** Thirty days of some shop, slightly dirty, so that a first run has something to show. Writes no manifest. */
export async function generateDemoMonth(options: DemoMonthOptions): Promise<Generated> {
  return generateSales({ ...options, rows: 20_000, days: 30, dirty: 0.003, manifest: false });
}
