/** A sale as per-row code meets it. Amounts as in the engine: quantity 1/1,000 units, money 1/10,000, sold_at seconds. */
export interface SaleRecord {
  sold_at: number;
  store_id: string;
  product_id: string;
  quantity: number;
  unit_price: number;
  unit_cost: number;
  discount: number;
  revenue?: number;
  profit?: number;
  day?: number;
}

/** What a chain came to; everybody's must be the same. */
export interface Totals {
  records: number;
  revenue: number;
  profit: number;
  days: number;
}

/** What the five operators do to a record, wherever it is held: see `columns.ts` for the same by column. */
export function newTotals(): Totals {
  return { records: 0, revenue: 0, profit: 0, days: 0 };
}

export function addTotals(totals: Totals, { revenue = 0, profit = 0, day = 0 }: SaleRecord): void {
  totals.records++;
  totals.revenue += revenue;
  totals.profit += profit;
  totals.days += day;
}

/** Rows of a batch, as many as `csv-source` makes of a file. */
export const BLOCK = 16_384;

/** Record `row` of the sample, which repeats after {@link BLOCK}; one in 50 is a return, one in 64 has no quantity. */
export function sampleRecord(row: number): SaleRecord {
  const i = row % BLOCK;
  const quantity = i % 64 === 0 ? 0 : (i % 50 === 0 ? -1 : 1 + (i % 5)) * 1000;
  const unit_price = (199 + ((i * 37) % 9_000)) * 100;
  return {
    sold_at: 1_760_000_000 + i * 11,
    store_id: `S${String(1 + (i % 20)).padStart(3, '0')}`,
    product_id: `P${String(1 + (i % 150)).padStart(4, '0')}`,
    quantity,
    unit_price,
    unit_cost: unit_price / 2,
    discount: (i % 4) * 500,
  };
}

let block: readonly SaleRecord[] | undefined;

/** `count` records, each an object of its own as a parser would make it. */
export function* sampleRecords(count: number): Generator<SaleRecord> {
  block ??= Array.from({ length: BLOCK }, (_, row) => sampleRecord(row));
  for (let row = 0; row < count; row++) yield { ...block[row % BLOCK]! };
}
