import type { CanonicalName } from './canonical.ts';

/** What the arithmetic of the lines says about a column that was taken for `was`. */
export interface Verdict {
  readonly was: CanonicalName;
  readonly is: CanonicalName;
  readonly confidence: number;
  readonly evidence: string;
}

/** Gives the values of a mapped column, row by row, NaN where missing; undefined where nothing is mapped to it. */
export type NumbersOf = (canonical: CanonicalName) => readonly number[] | undefined;

/** Share of the lines that must agree. */
const MOST = 0.9;
const CENT = 0.011;

/** Positions of columns that are quantity, price and revenue of a line. */
export interface Product {
  readonly quantity: number;
  readonly unitPrice: number;
  readonly revenue: number;
  readonly agreement: number;
}

/** The three columns, by position, of which one is in most lines the product of two others, whatever they are called. */
export function findProduct(columns: readonly (readonly number[])[]): Product | undefined {
  let best: Product | undefined;
  for (const [q, quantity] of columns.entries()) {
    if (!isQuantity(quantity)) continue;
    for (const [p, price] of columns.entries()) {
      for (const [r, revenue] of columns.entries()) {
        if (new Set([q, p, r]).size < 3) continue;
        const share = agreement(revenue, (i) => quantity[i]! * price[i]!);
        if (share >= MOST && share > (best?.agreement ?? 0))
          best = { quantity: q, unitPrice: p, revenue: r, agreement: share };
      }
    }
  }
  return best;
}

/** Whole numbers that are not all alike: what is 1 or 0 throughout agrees with anything. */
function isQuantity(values: readonly number[]): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  const telling = known.filter((value) => Math.abs(value) > 1);
  return telling.length >= known.length * 0.2 && telling.length >= 5 && known.every(Number.isInteger);
}

/** Checks what is mapped against revenue = quantity × price × (1 − discount) and profit = revenue − cost. */
export function lineArithmetic(numbers: NumbersOf): Verdict[] {
  return [...revenueVerdict(numbers), ...costVerdict(numbers)];
}

function revenueVerdict(numbers: NumbersOf): Verdict[] {
  const [quantity, price, revenue] = [numbers('quantity'), numbers('unit_price'), numbers('revenue')];
  if (!quantity || !price || !revenue) return [];
  const discount = numbers('discount');
  const full = agreement(revenue, (i) => quantity[i]! * price[i]!);
  const reduced = discount ? agreement(revenue, (i) => quantity[i]! * price[i]! * (1 - (discount[i] || 0))) : 0;
  const best = Math.max(full, reduced);
  if (best < MOST) return [];
  const formula = full >= reduced ? 'quantity × price' : 'quantity × price × (1 − discount)';
  const evidence = `it is ${formula} in ${Math.round(best * 100)} % of the lines`;
  return [{ was: 'revenue', is: 'revenue', confidence: 0.98, evidence }];
}

/** A column called "cost" may be of a unit or of the line: profit tells, else which of the two leaves a usual margin. */
function costVerdict(numbers: NumbersOf): Verdict[] {
  const was = numbers('cost') ? 'cost' : 'unit_cost';
  const [cost, quantity, revenue] = [numbers(was), numbers('quantity'), numbers('revenue') ?? derivedRevenue(numbers)];
  if (!cost || !quantity || !revenue) return [];
  const profit = numbers('profit');
  if (profit) {
    const ofLine = agreement(profit, (i) => revenue[i]! - cost[i]!);
    const ofUnit = agreement(profit, (i) => revenue[i]! - cost[i]! * quantity[i]!);
    if (Math.max(ofLine, ofUnit) >= MOST) {
      const is = ofUnit > ofLine ? 'unit_cost' : 'cost';
      return [
        { was, is, confidence: 0.98, evidence: `profit is revenue less ${is === 'cost' ? 'it' : 'it times quantity'}` },
      ];
    }
  }
  return byMargin(was, cost, quantity, revenue);
}

function derivedRevenue(numbers: NumbersOf): readonly number[] | undefined {
  const [quantity, price] = [numbers('quantity'), numbers('unit_price')];
  return quantity && price && quantity.map((units, i) => units * price[i]!);
}

/** Retailers' cost is mostly 40 to 95 % of revenue: the reading whose lines lie there more often is right. */
function byMargin(
  was: CanonicalName,
  cost: readonly number[],
  quantity: readonly number[],
  revenue: readonly number[],
): Verdict[] {
  const usual = (ratio: number) => ratio >= 0.4 && ratio <= 0.95;
  const rows = cost.map((_, i) => i).filter((i) => Math.abs(quantity[i]!) > 1 && revenue[i]! > 0 && cost[i]! > 0);
  if (rows.length < 10) return [];
  const ofLine = rows.filter((i) => usual(cost[i]! / revenue[i]!)).length / rows.length;
  const ofUnit = rows.filter((i) => usual((cost[i]! * quantity[i]!) / revenue[i]!)).length / rows.length;
  if (Math.abs(ofLine - ofUnit) < 0.25) return [];
  const is = ofUnit > ofLine ? 'unit_cost' : 'cost';
  const evidence = `taken as the cost of ${is === 'unit_cost' ? 'one unit' : 'the line'}, ${Math.round(Math.max(ofLine, ofUnit) * 100)} % of the lines have a usual margin`;
  return [{ was, is, confidence: 0.8, evidence }];
}

/** Share of the lines in which `actual` is what `expected` says, to the cent. */
function agreement(actual: readonly number[], expected: (row: number) => number): number {
  let known = 0;
  let equal = 0;
  for (const [i, value] of actual.entries()) {
    const wanted = expected(i);
    if (Number.isNaN(value) || Number.isNaN(wanted)) continue;
    known++;
    if (Math.abs(value - wanted) <= CENT) equal++;
  }
  return known < 5 ? 0 : equal / known;
}
