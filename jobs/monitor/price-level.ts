import { median } from './robust.ts';

/** Days whose middle is a product's usual price, and the fewest that make one. */
const PRICE_DAYS = 28;
const FEWEST_DAYS = 3;

/** What was sold of a product: quantity in 1/1,000, revenue in 1/10,000 of the currency unit. */
export interface Sold {
  readonly product: number;
  readonly quantity: number;
  readonly revenue: number;
}

/** What sales would have cost at the usual prices, and at prices changed as those of the product in the middle have. */
export interface Priced {
  readonly list: number;
  readonly priced: number;
}

/**
 * How dear a day was, whatever was in the baskets: the price of each product against its usual one, the middle of its prices on the
 * last days on which the shop sold it; and of those ratios the middle, each product counting once. So a campaign for some products is no dear or
 * cheap day, and a file in another currency is. Days are given in their order; none counts towards its own usual prices.
 */
export class PriceLevel {
  readonly #prices = new Map<number, number[]>();
  readonly #usual = new Map<number, number>();
  readonly #today = new Map<number, { revenue: number; quantity: number }>();

  /** Adds what one store, or one category, sold today. */
  priced(sold: readonly Sold[]): Priced {
    const ratios: number[] = [];
    let list = 0;
    for (const { product, quantity, revenue } of sold) {
      const usual = this.usual(product) * quantity;
      if (!(usual > 0 && revenue > 0)) continue;
      list += usual;
      ratios.push(revenue / usual);
    }
    return { list, priced: list === 0 ? 0 : list * median(ratios) };
  }

  /** The usual price of a product, in revenue by quantity; NaN if there is none yet. */
  usual(product: number): number {
    let usual = this.#usual.get(product);
    if (usual === undefined) {
      const prices = this.#prices.get(product) ?? [];
      usual = prices.length < FEWEST_DAYS ? Number.NaN : median(prices);
      this.#usual.set(product, usual);
    }
    return usual;
  }

  /** Notes what was sold today, by anybody. */
  note(sold: readonly Sold[]): void {
    for (const { product, quantity, revenue } of sold) {
      const today = this.#today.get(product);
      if (today) {
        today.quantity += quantity;
        today.revenue += revenue;
      } else this.#today.set(product, { quantity, revenue });
    }
  }

  /** The day is over. */
  close(): void {
    for (const [product, { revenue, quantity }] of this.#today) {
      if (quantity <= 0 || revenue <= 0) continue;
      const prices = this.#prices.get(product) ?? [];
      prices.push(revenue / quantity);
      if (prices.length > PRICE_DAYS) prices.shift();
      this.#prices.set(product, prices);
      this.#usual.delete(product);
    }
    this.#today.clear();
  }
}
