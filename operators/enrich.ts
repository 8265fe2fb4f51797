import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE, parseDecimal } from '../engine/decimal.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { deriveAmounts } from './enrich/amounts.ts';
import { calendarColumns } from './enrich/calendar.ts';
import { ReferenceJoin } from './enrich/reference-join.ts';

const Options = Type.Object({
  catalogue: Type.Optional(
    Type.String({
      description:
        'CSV of products: product_id and any of product_name, category, brand, cost_price (of one unit). ' +
        'Fills these where a record does not have them.',
    }),
  ),
  stores: Type.Optional(
    Type.String({ description: 'CSV of stores: store_id and region. Fills the region where a record has none.' }),
  ),
  calendar: Type.Boolean({
    description: 'Add day (YYYYMMDD), hour and weekday (1 = Monday) of sold_at.',
    default: true,
  }),
});

class Enrich implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #joins: readonly ReferenceJoin[];
  readonly #calendar: boolean;

  constructor({ catalogue, stores, calendar }: Static<typeof Options>) {
    this.#joins = [...(catalogue ? [catalogueJoin(catalogue)] : []), ...(stores ? [storeJoin(stores)] : [])];
    this.#calendar = calendar;
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const columns = new Map(batch.columns);
    for (const join of this.#joins) join.fill(columns);
    deriveAmounts(columns);
    if (this.#calendar) {
      const soldAt = columns.get('sold_at');
      const times = soldAt?.kind === 'number' ? soldAt.values : new Float64Array(batch.length).fill(Number.NaN);
      for (const [field, column] of Object.entries(calendarColumns(times))) columns.set(field, column);
      const latest = times.at(-1);
      if (latest !== undefined && !Number.isNaN(latest)) out.watermark(latest);
    }
    return out.emit(batch.with({ columns }));
  }
}

function catalogueJoin(path: string): ReferenceJoin {
  return ReferenceJoin.of({
    path,
    key: 'product_id',
    texts: { product_name: ['product_name', 'name'], category: ['category'], brand: ['brand'] },
    numbers: {
      unit_cost: {
        columns: ['unit_cost', 'cost_price'],
        scale: MONEY_SCALE,
        read: (text) => parseDecimal(text, MONEY_SCALE),
      },
    },
  });
}

function storeJoin(path: string): ReferenceJoin {
  return ReferenceJoin.of({ path, key: 'store_id', texts: { region: ['region'] }, numbers: {} });
}

/**
 * Joins the product catalogue and the list of stores, and derives what follows: cost = unit cost × quantity,
 * profit = revenue − cost, margin = profit ÷ revenue in millionths, and the calendar fields that roll-ups are kept by.
 */
export const enrich = defineOperator({
  name: 'enrich',
  summary: 'Joins the product catalogue and derives revenue, cost, profit, margin and calendar fields.',
  description:
    'A field that a record has is never changed. Money is exact: 1/10,000 of the currency unit, rounded half to even, once, ' +
    'where a product is formed. Margin is missing where revenue is 0 or the cost is not known.',
  stability: 'stable',
  options: Options,
  example: {
    options: {},
    input: [{ product_id: 'P1', quantity: 2000, unit_price: 50_000, unit_cost: 30_000, sold_at: 1_735_689_600 }],
    output: [
      {
        ...{ product_id: 'P1', quantity: 2000, unit_price: 50_000, unit_cost: 30_000, sold_at: 1_735_689_600 },
        ...{ revenue: 100_000, cost: 60_000, profit: 40_000, margin: 400_000, day: 20_250_101, hour: 0, weekday: 3 },
      },
    ],
  },
  create: (options) => new Enrich(options),
});
