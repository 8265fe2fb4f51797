import { median } from './robust.ts';

/** Days whose middle is a product's usual price, and the fewest that make one. */
const PRICE_DAYS = 28;
const FEWEST_DAYS = 3;

/**
 * What a day's sales would have cost at the usual prices: each product's quantity at the middle of its prices of the last days on
 * which the shop sold it. Against what they did cost, it tells how dear the day was, whatever was in the baskets. Days are given
 * in their order; a day never counts towards its own usual prices.
 */
export class PriceLevel {
  readonly #prices = new Map<number, number[]>();
  readonly #usual = new Map<number, number>();
  readonly #today = new Map<number, { revenue: number; quantity: number }>();

  /** What `quantity` would usually cost; NaN if the product has no usual price yet. */
  usually(product: number, quantity: number): number {
    let usual = this.#usual.get(product);
    if (usual === undefined) {
      const prices = this.#prices.get(product) ?? [];
      usual = prices.length < FEWEST_DAYS ? Number.NaN : median(prices);
      this.#usual.set(product, usual);
    }
    return usual * quantity;
  }

  /** Notes what was sold of a product today. */
  sold(product: number, quantity: number, revenue: number): void {
    const today = this.#today.get(product);
    if (today) {
      today.quantity += quantity;
      today.revenue += revenue;
    } else this.#today.set(product, { quantity, revenue });
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
