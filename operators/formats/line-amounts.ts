import { float64s } from '../../engine/arrays.ts';
import { multiplyMoney } from '../../engine/decimal.ts';

/** quantity × price × (1 − discount) by row, see {@link multiplyMoney}; a missing discount is none. */
export function lineAmounts(
  quantity: Float64Array,
  price: Float64Array,
  discount: Float64Array | null | undefined,
): Float64Array {
  const amounts = float64s(quantity.length);
  if (discount) discountedAmounts(quantity, price, discount, amounts);
  else plainAmounts(quantity, price, amounts);
  return amounts;
}

// Loops are functions of their own: one that also made the array would take many times longer to compile. Their length is asked for
// once: a loop over the length of a typed array, as V8 compiles it in the end, takes three times as long.

function discountedAmounts(
  quantity: Float64Array,
  price: Float64Array,
  discount: Float64Array,
  amounts: Float64Array,
): void {
  for (let row = 0, { length } = amounts; row < length; row++) {
    const off = discount[row]!;
    amounts[row] = multiplyMoney(quantity[row]!, price[row]!, Number.isNaN(off) ? 0 : off);
  }
}

function plainAmounts(quantity: Float64Array, price: Float64Array, amounts: Float64Array): void {
  for (let row = 0, { length } = amounts; row < length; row++)
    amounts[row] = multiplyMoney(quantity[row]!, price[row]!);
}
