import type { SaleRecord } from './sample.ts';

/** The five operators, for one record: each gives the record to go on with, or null to leave it out. */
export const STEPS: readonly ((sale: SaleRecord) => SaleRecord | null)[] = [
  (sale) => (sale.quantity === 0 ? null : sale),
  (sale) => {
    sale.revenue = revenueOf(sale.quantity, sale.unit_price, sale.discount);
    return sale;
  },
  (sale) => {
    sale.day = Math.floor(sale.sold_at / 86_400);
    return sale;
  },
  (sale) => ((sale.revenue ?? 0) > 0 ? sale : null),
  (sale) => {
    sale.profit = (sale.revenue ?? 0) - (sale.quantity / 1000) * sale.unit_cost;
    return sale;
  },
];

/** In 1/10,000, from 1/1,000 units, 1/10,000 and a fraction in 1/10,000. */
export function revenueOf(quantity: number, unitPrice: number, discount: number): number {
  return Math.round(((quantity / 1000) * unitPrice * (10_000 - discount)) / 10_000);
}
