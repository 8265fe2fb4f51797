import { Random } from '../../../jobs/generate/random.ts';
import type { Histories } from '../../../jobs/monitor/assess-day.ts';
import { emptyHistory, type ShopHistory, summedBy } from '../../../jobs/monitor/shop-history.ts';

/** Monday. */
export const FIRST = 20_000 - ((20_000 + 3) % 7);
const WEEKDAYS = [0.8, 0.8, 0.9, 1, 1.2, 1.5, 1];

export interface Made {
  readonly stores?: number;
  readonly days?: number;
  readonly seed?: number;
  /** Records on an ordinary day of the first store; the others have more. */
  readonly size?: number;
}

/** Steady stores of two regions with a week, a day in common and a little noise. */
export function madeHistory({ stores = 8, days = 120, seed = 1, size = 200 }: Made = {}): ShopHistory {
  const rows = Array.from({ length: stores }, (_, i) => {
    const subject = { store: `S${String(i + 1).padStart(3, '0')}` };
    return { subject, attributes: { ...subject, region: i % 2 === 0 ? 'North' : 'South' } };
  });
  const history = emptyHistory(FIRST, days, rows, ['customer_id']);
  for (let day = 0; day < days; day++) {
    const together = 0.9 + 0.2 * new Random(seed, day).fraction();
    for (let row = 0; row < stores; row++) {
      const noise = 0.9 + 0.2 * new Random(seed, day, row + 1).fraction();
      trade(history, row, day, size * (1 + row / 4) * WEEKDAYS[day % 7]! * together * noise);
    }
  }
  return history;
}

/** Sets a store's day to so many records, each of 1.2 pieces at 10. */
export function trade(history: ShopHistory, row: number, day: number, records: number, price = 10): void {
  const { figures, missing, days } = history;
  const cell = row * days + day;
  const lines = Math.round(records);
  const revenue = Math.round(lines * 1.2 * price * 10_000);
  figures.lines[cell] = lines;
  figures.profiled[cell] = lines;
  figures.orders[cell] = Math.round(lines / 2);
  figures.quantity[cell] = lines * 1_200;
  figures.revenue[cell] = revenue;
  figures.costed_revenue[cell] = revenue;
  figures.profit[cell] = revenue - Math.round(lines * 1.2 * 6 * 10_000);
  figures.list_revenue[cell] = Math.round(lines * 1.2 * 10 * 10_000);
  figures.priced_revenue[cell] = revenue;
  figures.rejected[cell] = 0;
  figures.repeated[cell] = 0;
  missing.get('customer_id')![cell] = Math.round(lines * 0.3);
}

export function histories(byStore: ShopHistory): Histories {
  return [
    ['store', byStore],
    ['shop', summedBy(byStore)],
  ];
}
