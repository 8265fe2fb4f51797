/** Sums that every roll-up holds, in the order they have everywhere. */
export const MEASURES = [
  'lines',
  'quantity',
  'revenue',
  'profit',
  'costed_revenue',
  'margin_lines',
  'margin_sum',
] as const;
/** Where some of them stand. */
export const LINES = 0;
export const MARGIN_LINES = 5;
export const MARGIN_SUM = 6;
/** What a roll-up coarser than daily_sales holds besides. */
export const CELL_MEASURES = ['cells', 'cell_margin_sum'] as const;

/** A table of sums and the columns that are its key. */
export interface RollUpTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly sums: readonly string[];
}

const coarse = (name: string, key: readonly string[], more: readonly string[] = []): RollUpTable => ({
  name,
  key,
  sums: [...MEASURES, ...CELL_MEASURES, ...more],
});

export const DAILY_SALES: RollUpTable = {
  name: 'daily_sales',
  key: ['day', 'store_key', 'product_key'],
  sums: MEASURES,
};
export const DAILY_STORE = coarse('daily_store', ['day', 'store_key'], ['orders']);
export const DAILY_PRODUCT = coarse('daily_product', ['day', 'product_key']);
export const DAILY_CATEGORY = coarse('daily_category', ['day', 'store_key', 'category_key']);
export const DAILY_CATEGORY_TOTAL = coarse('daily_category_total', ['day', 'category_key']);
export const DEKAD_SALES = coarse('dekad_sales', ['dekad', 'store_key', 'product_key']);
export const MONTH_SALES = coarse('month_sales', ['store_key', 'product_key', 'month']);
export const MONTH_STORE = coarse('month_store', ['month', 'store_key'], ['orders']);
export const MONTH_PRODUCT = coarse('month_product', ['month', 'product_key']);
export const MONTH_CATEGORY = coarse('month_category', ['month', 'store_key', 'category_key']);
export const MONTH_CATEGORY_TOTAL = coarse('month_category_total', ['month', 'category_key']);

export const ROLL_UP_TABLES = [
  DAILY_SALES,
  DAILY_STORE,
  DAILY_PRODUCT,
  DAILY_CATEGORY,
  DAILY_CATEGORY_TOTAL,
  DEKAD_SALES,
  MONTH_SALES,
  MONTH_STORE,
  MONTH_PRODUCT,
  MONTH_CATEGORY,
  MONTH_CATEGORY_TOTAL,
] as const;

/** Columns that rows of any of them are staged in: as many as the widest has. */
export const STAGED_COLUMNS = Array.from(
  { length: Math.max(...ROLL_UP_TABLES.map(({ key, sums }) => key.length + sums.length)) },
  (_, i) => `c${i}`,
);

/** Up to here a quotient that is no integer is never rounded to one. */
const SURELY_EXACT = 2 ** 51;

/** The mean margin of a cell in millionths, without the fraction; 0 where it has none. As SQLite divides integers. */
export function cellMargin(marginLines: number, marginSum: number): number {
  if (marginLines === 0) return 0;
  if (Math.abs(marginSum) < SURELY_EXACT) return Math.trunc(marginSum / marginLines) + 0;
  // The remainder is exact, so the division is, whereas marginSum / marginLines might be rounded up to an integer.
  return (marginSum - (marginSum % marginLines)) / marginLines;
}
