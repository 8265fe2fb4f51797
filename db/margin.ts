import { divideHalfEven } from '../engine/decimal.ts';

/** Margins are millionths of the revenue. */
export const MARGIN_SCALE = 1_000_000;

/** Profit in millionths of revenue, ties to even; null where revenue is 0 or a part is unknown. */
export function marginOf(revenue: number | null, cost: number | null): number | null {
  if (revenue === null || cost === null || revenue === 0) return null;
  const profit = revenue - cost;
  const numerator = profit * MARGIN_SCALE;
  if (Number.isSafeInteger(numerator)) return divideHalfEven(numerator, revenue);
  return Number(divideBig(BigInt(profit) * BigInt(MARGIN_SCALE), BigInt(revenue)));
}

function divideBig(numerator: bigint, denominator: bigint): bigint {
  if (denominator < 0n) return divideBig(-numerator, -denominator);
  let quotient = numerator / denominator;
  let rest = numerator % denominator;
  if (rest < 0n) {
    quotient -= 1n;
    rest += denominator;
  }
  const twice = rest * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n !== 0n) ? quotient + 1n : quotient;
}
