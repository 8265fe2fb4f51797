import { month, quarter } from './calendar.ts';
import { drawTable } from './random.ts';
import { type Product, retailPrice } from './shop.ts';

/** Rise of prices in a quarter, in thousandths. */
const RISE = 6;
const LEAST_DRAWS = 16_384;

/** Price of each product on a day, in hundredths of the currency unit: prices change with the quarter. */
export function priceList(products: readonly Product[], day: number): Int32Array {
  const thousandths = Math.min(1500, Math.max(800, 1000 + RISE * quarter(day)));
  return Int32Array.from(products, ({ price }) => retailPrice((price * thousandths) / 1000));
}

/** A table whose uniform draws are products as they sell on a day: by popularity, season and what is reduced. */
export function productTable(products: readonly Product[], day: number, percents: Uint8Array): Uint16Array {
  const season = month(day);
  const weights = products.map(
    ({ popularity, category }, i) => popularity * category.season[season]! * (1 + percents[i]! * 0.06),
  );
  let size = LEAST_DRAWS;
  while (size < products.length * 16) size *= 2;
  return drawTable(weights, size);
}
