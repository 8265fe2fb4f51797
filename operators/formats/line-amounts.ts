import { float64s } from '../../engine/arrays.ts';
import { multiplyMoney } from '../../engine/decimal.ts';

/** quantity × price × (1 − discount) by row, see {@link multiplyMoney}; a missing discount is none. */
export function lineAmounts(
  quantity: Float64Array,
  price: Float64Array,
  discount: Float64Array | null | undefined,
): Float64Array<ArrayBuffer> {
  const amounts = float64s(quantity.length);
  for (let row = 0; row < amounts.length; row++) {
    const off = discount ? discount[row]! : 0;
    amounts[row] = multiplyMoney(quantity[row]!, price[row]!, Number.isNaN(off) ? 0 : off);
  }
  return amounts;
}
