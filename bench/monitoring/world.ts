import { Chance } from './chance.ts';

/** Two years from Sunday 2023-01-01 on. */
export const FIRST_DAY = 19_358;
export const DAYS = 730;
export const STORES = 20;
export const REGIONS = ['North', 'South', 'East', 'West'];
export const CATEGORIES = ['Food', 'Home', 'Toys', 'Clothing', 'Garden', 'Electronics'];
const PRODUCTS = 60;

/** Monday first; the middle of each month. */
const WEEKDAYS = [0.84, 0.8, 0.86, 0.96, 1.24, 1.52, 1.02];
const MONTHS = [0.86, 0.84, 0.92, 0.97, 1, 1, 0.96, 0.93, 0.98, 1.02, 1.14, 1.38];

export interface Product {
  readonly category: string;
  readonly price: number;
  readonly costShare: number;
  readonly popularity: number;
  /** On sale from and up to a day of the history. */
  readonly from: number;
  readonly to: number;
  /** Day to factor: the price list changes. */
  readonly changes: readonly (readonly [day: number, factor: number])[];
}

export interface Store {
  readonly id: string;
  readonly region: string;
  /** Lines on an ordinary day. */
  readonly size: number;
  readonly weekdays: readonly number[];
  readonly season: number;
  readonly trendAYear: number;
  readonly noise: number;
  readonly priceZone: number;
  readonly opens: number;
  readonly customerUnknown: number;
  readonly rejected: number;
}

/** Something on the calendar that is no incident. */
export interface Occasion {
  readonly kind: 'holiday' | 'promotion';
  readonly from: number;
  readonly to: number;
  readonly store?: string;
  readonly region?: string;
  readonly category?: string;
  /** What trade is multiplied by; 0: closed. */
  readonly trade: number;
  readonly discount: number;
  /** Did the owner put it into the calendar? */
  readonly declared: boolean;
}

export interface World {
  readonly seed: number;
  readonly products: readonly Product[];
  readonly stores: readonly Store[];
  readonly occasions: readonly Occasion[];
}

export function worldOf(seed: number): World {
  const chance = new Chance(seed, 1);
  const products = Array.from({ length: PRODUCTS }, (_, i) => productOf(chance, i));
  const stores = Array.from({ length: STORES }, (_, i) => storeOf(chance, i));
  return { seed, products, stores, occasions: [...holidays(chance), ...promotions(chance, stores)] };
}

function productOf(chance: Chance, index: number): Product {
  const changes = Array.from(
    { length: 1 + chance.below(3) },
    () => [chance.below(DAYS), 1 + chance.between(-0.04, 0.08)] as const,
  );
  return {
    category: CATEGORIES[index % CATEGORIES.length]!,
    price: Math.exp(chance.between(Math.log(2), Math.log(90))),
    costShare: chance.between(0.45, 0.75),
    popularity: 1 / (0.15 + chance.between(0, 1)),
    from: index >= 48 && index < 56 ? 60 + chance.below(600) : 0,
    to: index >= 56 ? 100 + chance.below(600) : DAYS,
    changes,
  };
}

function storeOf(chance: Chance, index: number): Store {
  const sundays = index % 7 === 3 ? 0 : 1;
  return {
    id: `S${String(index + 1).padStart(3, '0')}`,
    region: REGIONS[index % REGIONS.length]!,
    size: Math.min(1_500, Math.max(50, Math.exp(Math.log(200) + chance.normal(0.75)))),
    weekdays: WEEKDAYS.map((each, day) => each * Math.exp(chance.normal(0.1)) * (day === 6 ? sundays : 1)),
    season: Math.max(0.3, 1 + chance.normal(0.25)),
    trendAYear: chance.normal(0.07),
    noise: chance.between(0.05, 0.09),
    priceZone: 1 + chance.normal(0.02),
    opens: index >= 18 ? 150 + chance.below(250) : 0,
    customerUnknown: chance.between(0.2, 0.5),
    rejected: chance.between(0.001, 0.006),
  };
}

/** Days of the year: some on which all is closed, some quiet; and of each region its own. */
function holidays(chance: Chance): Occasion[] {
  const everywhere = [0, 98, 121, 149, 240, 285, 330, 358, 359];
  const found: Occasion[] = [];
  for (let year = 0; year < 2; year++) {
    everywhere.forEach((day, i) => {
      const from = year * 365 + day;
      const trade = i % 2 === 1 ? 0 : chance.between(0.25, 0.6);
      found.push({ kind: 'holiday', from, to: from, trade, discount: 0, declared: chance.is(0.9) });
      if (from > 0)
        found.push({
          kind: 'holiday',
          from: from - 1,
          to: from - 1,
          trade: chance.between(1.15, 1.4),
          discount: 0,
          declared: false,
        });
    });
    for (const region of REGIONS) {
      const from = year * 365 + 20 + chance.below(320);
      found.push({
        kind: 'holiday',
        from,
        to: from,
        region,
        trade: chance.between(0.1, 0.5),
        discount: 0,
        declared: chance.is(0.85),
      });
    }
  }
  return found;
}

function promotions(chance: Chance, stores: readonly Store[]): Occasion[] {
  const made = (days: number, discount: number, pull: number) => {
    const from = 20 + chance.below(DAYS - 40);
    return { kind: 'promotion', from, to: from + days - 1, trade: 1 + discount * pull, discount } as const;
  };
  const ofCategories = Array.from({ length: 28 }, () => {
    const promotion = made(4 + chance.below(7), chance.between(0.1, 0.3), chance.between(2.5, 4));
    return { ...promotion, category: chance.pick(CATEGORIES), declared: chance.is(0.5) };
  });
  const ofStores = stores.flatMap(({ id }) =>
    Array.from({ length: 4 }, () => {
      const promotion = made(3 + chance.below(5), chance.between(0.08, 0.2), chance.between(2, 3.5));
      const category = chance.is(0.6) ? { category: chance.pick(CATEGORIES) } : {};
      return { ...promotion, ...category, store: id, declared: chance.is(0.6) };
    }),
  );
  const blackFridays = [327, 327 + 364].map((from) => {
    const occasion = {
      kind: 'promotion',
      from,
      to: from + 4,
      trade: chance.between(1.4, 1.7),
      discount: 0.15,
    } as const;
    return { ...occasion, declared: chance.is(0.5) };
  });
  // What a neighbourhood does: a fair, road works. Nobody declares it, and it is no incident.
  const ofStreets = stores.flatMap(({ id }) =>
    Array.from({ length: 2 }, () => {
      const from = chance.below(DAYS);
      const trade = chance.is(0.5) ? chance.between(0.75, 0.9) : chance.between(1.1, 1.3);
      return { kind: 'holiday', from, to: from, store: id, trade, discount: 0, declared: false } as const;
    }),
  );
  return [...ofCategories, ...ofStores, ...blackFridays, ...ofStreets];
}

/** What the time of the year is to trade, for a store that feels it as much as most. */
export function seasonOf(day: number, category: string): number {
  const position = ((day % 365) / 365) * 12 - 0.5;
  const index = Math.floor(position);
  const part = position - index;
  const yearly = MONTHS[(index + 12) % 12]! * (1 - part) + MONTHS[(index + 13) % 12]! * part;
  const own = category === 'Toys' ? 1.6 : category === 'Garden' ? -0.8 : 1;
  return yearly ** own;
}

/** Monday is 0. */
export function weekdayOf(day: number): number {
  return (FIRST_DAY + day + 3) % 7;
}
