import { join } from 'node:path';
import { dayNumber, isoDate } from './calendar.ts';
import { DEFAULT_SEED, refuseUnknown, requireWhole } from './options.ts';
import { Output } from './output.ts';
import { Random } from './random.ts';

export interface DailyOptions {
  /** Folder of the file; made if need be. */
  readonly out: string;
  /** Default 500. */
  readonly rows?: number;
  /** Days the rows spread over, in no order. Default 7. */
  readonly days?: number;
  readonly seed?: number;
  /** Last day, `YYYY-MM-DD`. */
  readonly endDate: string;
}

const HEADER = 'date,region,product_id,revenue,cost,quantity\n';
const REGIONS = ['North', 'South', 'East', 'West'];
const PRODUCTS = 20;

/**
 * Writes `sales_daily_YYYY-MM-DD.csv`: sales summed up by somebody else, with their region and revenue, where `cost` is
 * that of one unit. Products are P001 to P020. Returns its path.
 */
export async function generateDaily(options: DailyOptions): Promise<{ file: string; rows: number }> {
  refuseUnknown(Object.keys(options), ['out', 'rows', 'days', 'seed', 'endDate']);
  const { out, rows = 500, days = 7, seed = DEFAULT_SEED, endDate } = options;
  requireWhole('rows', rows, 1, 10_000_000);
  requireWhole('days', days, 1, 36_500);
  const last = dayNumber(endDate);
  const random = new Random(seed, 8, last);
  const output = await Output.create(join(out, `sales_daily_${endDate}.csv`));
  await output.write(Buffer.from(HEADER));
  for (let written = 0; written < rows; written += 10_000) {
    const count = Math.min(10_000, rows - written);
    const lines = Array.from({ length: count }, () => dailyRow(random, last - random.below(days)));
    await output.write(Buffer.from(lines.join('')));
  }
  await output.finish();
  return { file: output.path, rows };
}

function dailyRow(random: Random, day: number): string {
  const product = `P${String(1 + random.below(PRODUCTS)).padStart(3, '0')}`;
  const quantity = 1 + random.below(10);
  const cost = 5_000 + random.below(15_000);
  const revenue = Math.round(cost * quantity * (1.1 + 0.9 * random.fraction()));
  return `${isoDate(day)},${random.pick(REGIONS)},${product},${revenue / 100},${cost / 100},${quantity}\n`;
}
