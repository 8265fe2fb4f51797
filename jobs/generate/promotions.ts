import { weekday } from './calendar.ts';
import { CATEGORIES } from './categories.ts';
import { Random } from './random.ts';
import type { Product } from './shop.ts';

const PERCENTS = [5, 10, 10, 15, 20, 20, 25, 30];
const LONGEST_DAYS = 14;

/**
 * Discount in percent of each product on a day. Promotions begin in some week, run for 3 to 14 days and lower either a
 * whole category or single products; where two meet, the larger counts. They hang on the calendar, not on the span
 * generated, so every span of a seed agrees about a day.
 */
export function discounts(seed: number, day: number, products: readonly Product[]): Uint8Array {
  const percents = new Uint8Array(products.length);
  const monday = day - weekday(day);
  for (let week = monday; week > day - LONGEST_DAYS - 7; week -= 7) {
    const random = new Random(seed, 5, week);
    lowerCategory(percents, products, random, week, day);
    for (let i = 0; i < Math.ceil(products.length / 25); i++) lowerProduct(percents, random, week, day);
  }
  return percents;
}

function lowerCategory(
  percents: Uint8Array,
  products: readonly Product[],
  random: Random,
  week: number,
  day: number,
): void {
  const wanted = random.below(3) === 0;
  const category = random.pick(CATEGORIES);
  const percent = random.pick(PERCENTS);
  if (!runs(random, week, day) || !wanted) return;
  products.forEach((product, i) => {
    if (product.category === category) percents[i] = Math.max(percents[i]!, percent);
  });
}

function lowerProduct(percents: Uint8Array, random: Random, week: number, day: number): void {
  const index = random.below(percents.length);
  const percent = random.pick(PERCENTS);
  if (runs(random, week, day)) percents[index] = Math.max(percents[index]!, percent);
}

function runs(random: Random, week: number, day: number): boolean {
  const first = week + random.below(7);
  const days = 3 + random.below(LONGEST_DAYS - 2);
  return day >= first && day < first + days;
}
