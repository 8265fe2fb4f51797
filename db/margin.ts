import type { Database } from 'better-sqlite3';
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

/** Gives a connection the function `margin_of(revenue, cost)`, which is {@link marginOf}. */
export function defineMargin(db: Database): void {
  db.function('margin_of', { deterministic: true }, (revenue: unknown, cost: unknown) => {
    const margin = marginOf(revenue as number | null, cost as number | null);
    // A number would come back as a REAL; sums of those are no longer exact integers.
    return margin === null ? null : BigInt(margin);
  });
}
