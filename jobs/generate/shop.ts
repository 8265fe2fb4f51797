import { faker } from '@faker-js/faker/locale/en';
import { isoDate } from './calendar.ts';
import { CATEGORIES, type Category } from './categories.ts';
import { Random } from './random.ts';

/** A product of the price list. Prices are in hundredths of the currency unit. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly brand: string;
  readonly cost: number;
  readonly price: number;
  /** Relative share of sales, before season and promotions. */
  readonly popularity: number;
}

export interface Store {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly city: string;
  /** `YYYY-MM-DD`. */
  readonly opened: string;
  /** Relative share of sales. */
  readonly size: number;
}

export interface Shop {
  readonly products: readonly Product[];
  readonly stores: readonly Store[];
}

/** Regions, the larger the more often. */
const REGIONS = ['North', 'South', 'East', 'West', 'North', 'North', 'South', 'South', 'East', 'North'];
const BRANDS_PER_CATEGORY = 5;
const SITES = ['High Street', 'Station', 'Retail Park', 'Centre', 'Market', 'Outlet'];

/**
 * The shop of a seed: its price list and its stores. A larger shop of the same seed begins with the smaller one's
 * products and stores.
 */
export function createShop(seed: number, products: number, stores: number): Shop {
  return { products: createProducts(seed, products), stores: createStores(seed, stores) };
}

function createProducts(seed: number, count: number): Product[] {
  const names = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed, 2, index);
    const category = CATEGORIES[index < CATEGORIES.length ? index : random.below(CATEGORIES.length)]!;
    const price = retailPrice(category.cheapest * (1 + random.fraction() * random.fraction() * category.spread));
    return {
      id: `P${String(index + 1).padStart(4, '0')}`,
      name: productName(random, category, names),
      category,
      brand: brandName(seed, category, random.below(BRANDS_PER_CATEGORY)),
      price,
      cost: Math.round(price * (0.45 + 0.25 * random.fraction())),
      popularity: 1 / (0.03 + random.fraction()),
    };
  });
}

function createStores(seed: number, count: number): Store[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed, 3, index);
    const city = cityName(random);
    return {
      id: `S${String(index + 1).padStart(3, '0')}`,
      name: `${city} ${random.pick(SITES)}`,
      region: index < 4 ? REGIONS[index]! : random.pick(REGIONS),
      city,
      opened: isoDate(12_784 + random.below(6_000)),
      size: 1 / (index + 2) + 0.04 * random.fraction(),
    };
  });
}

/** A price as shops write them, ending in 9, from hundredths of the currency unit. */
export function retailPrice(price: number): number {
  return Math.floor(price / 10) * 10 + 9;
}

function productName(random: Random, category: Category, taken: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    faker.seed(random.next());
    const noun = random.pick(category.nouns);
    const style = faker.commerce.productAdjective();
    const name = attempt < 8 ? `${style} ${noun}` : `${style} ${noun} ${attempt}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function brandName(seed: number, category: Category, index: number): string {
  const random = new Random(seed, 4, CATEGORIES.indexOf(category), index);
  faker.seed(random.next());
  const name = faker.person.lastName().replaceAll(/[^A-Za-z]/g, '');
  return random.below(3) === 0 ? `${name} & Co` : name;
}

/** Not one that names a point of the compass, which would read as its region. */
function cityName(random: Random): string {
  for (;;) {
    faker.seed(random.next());
    const city = faker.location.city();
    if (!/^(North|South|East|West)|[",]/.test(city)) return city;
  }
}
