import { PriceLevel, type Sold } from '../../jobs/monitor/price-level.ts';
import { emptyHistory, type ShopHistory } from '../../jobs/monitor/shop-history.ts';
import { Chance } from './chance.ts';
import type { Incident } from './incidents.ts';
import {
  CATEGORIES,
  DAYS,
  FIRST_DAY,
  type Occasion,
  type Product,
  type Store,
  seasonOf,
  type World,
  weekdayOf,
} from './world.ts';

const FIELDS = ['customer_id', 'payment_method'];
const LINES_AN_ORDER = 2.3;
const MONEY = 10_000;
const QUANTITY = 1_000;

/** What a store's till and file say of one day. */
interface StoreDay {
  lines: number;
  orders: number;
  /** By product. */
  quantity: Float64Array;
  revenue: Float64Array;
  cost: Float64Array;
  linesOf: Float64Array;
  rejected: number;
  repeated: number;
  missing: Record<string, number>;
}

export interface Simulated {
  readonly byStore: ShopHistory;
  readonly byCategory: ShopHistory;
}

/** Two years of a world, with what went wrong in them, as daily figures such as the warehouse keeps them. */
export function simulate(world: World, incidents: readonly Incident[]): Simulated {
  const { seed, stores, products } = world;
  const byStore = emptyHistory(
    FIRST_DAY,
    DAYS,
    stores.map(({ id, region }) => row({ store: id }, { store: id, region })),
    FIELDS,
  );
  const byCategory = emptyHistory(
    FIRST_DAY,
    DAYS,
    CATEGORIES.map((category) => row({ category }, { category })),
  );
  const prices = new PriceLevel();
  const chances = stores.map((_, i) => new Chance(seed, 3, i));
  const shopChance = new Chance(seed, 4);
  const memory = stores.map(() => 0);
  let mood = 0;
  for (let day = 0; day < DAYS; day++) {
    mood = 0.4 * mood + shopChance.normal(0.045);
    const weather = new Map(['North', 'South', 'East', 'West'].map((region) => [region, shopChance.normal(0.035)]));
    const tills = stores.map((store, i) => {
      memory[i] = 0.5 * memory[i]! + chances[i]!.wild(store.noise * 0.87);
      const trade = Math.exp(mood + weather.get(store.region)! + memory[i]!) * decline(incidents, i, day);
      const till = sell(world, store, day, trade, chances[i]!);
      for (const incident of incidents)
        if (incident.store === i && incident.from === day) spoil(till, incident, products);
      return till;
    });
    for (const [i, till] of tills.entries()) note(byStore, i * DAYS + day, till, prices);
    for (const [c, category] of CATEGORIES.entries())
      noteCategory(byCategory, c * DAYS + day, tills, products, category, prices);
    for (const till of tills) prices.note(soldOf(till));
    prices.close();
  }
  return { byStore, byCategory };
}

const row = (subject: Record<string, string>, attributes: Record<string, string>) => ({ subject, attributes });

/** What is left of a store's trade in a slow decline: by its end three fifths to three quarters. */
function decline(incidents: readonly Incident[], store: number, day: number): number {
  const found = incidents.find(
    ({ kind, store: at, from, over }) => kind === 'slow decline' && at === store && from <= day && day <= over,
  );
  if (!found) return 1;
  const deepest = 1 - new Chance(found.seed).between(0.25, 0.4);
  const going = (day - found.from + 1) / (found.to - found.from + 1);
  const recovering = Math.max(0, (day - found.to - 14) / (found.over - found.to - 14));
  return 1 - (1 - deepest) * (day <= found.to ? going : 1 - recovering);
}

function sell({ products, occasions }: World, store: Store, day: number, trade: number, chance: Chance): StoreDay {
  const till = closed(products.length);
  const now = occasions.filter(
    ({ from, to, store: at, region }) =>
      from <= day && day <= to && (at ?? store.id) === store.id && (region ?? store.region) === store.region,
  );
  const general = now
    .filter(({ category }) => category === undefined)
    .reduce((product, each) => product * each.trade, 1);
  const open = store.weekdays[weekdayOf(day)]! * general * (day < store.opens ? 0 : 1);
  if (open === 0) return till;
  const popularity = products.reduce((sum, product) => sum + onSale(product, day), 0);
  const size = store.size * (1 + (store.trendAYear * day) / 365) * open * trade;
  products.forEach((product, p) => {
    const { extra, discount } = offer(now, product);
    const mean = (size * onSale(product, day) * extra * seasonOf(day, product.category) ** store.season) / popularity;
    const lines = mean > 0 ? chance.poisson(mean) : 0;
    if (lines === 0) return;
    const units = lines + chance.poisson(lines * 0.4);
    const paid =
      priceOn(product, day) * store.priceZone * (1 - discount) * (1 - Math.abs(chance.normal(0.03 / Math.sqrt(lines))));
    till.linesOf[p] = lines;
    till.quantity[p] = units * QUANTITY;
    till.revenue[p] = Math.round(units * paid * MONEY);
    till.cost[p] = Math.round(units * product.price * product.costShare * MONEY);
    till.lines += lines;
  });
  till.orders = Math.max(
    1,
    Math.round(till.lines / LINES_AN_ORDER + chance.normal(0.5 * Math.sqrt(till.lines / LINES_AN_ORDER))),
  );
  till.rejected = chance.poisson(till.lines * store.rejected * chance.between(0, 2));
  till.repeated = chance.is(0.05) ? chance.below(3) : 0;
  const unknown = Math.min(0.95, Math.max(0.01, store.customerUnknown + chance.normal(0.02)));
  till.missing = {
    customer_id: chance.binomial(till.lines, unknown),
    payment_method: chance.binomial(till.lines, 0.004),
  };
  return till;
}

function closed(products: number): StoreDay {
  const none = () => new Float64Array(products);
  return {
    ...{ lines: 0, orders: 0, rejected: 0, repeated: 0, missing: { customer_id: 0, payment_method: 0 } },
    ...{ quantity: none(), revenue: none(), cost: none(), linesOf: none() },
  };
}

function onSale({ from, to, popularity }: Product, day: number): number {
  return from <= day && day < to ? popularity : 0;
}

function priceOn({ price, changes }: Product, day: number): number {
  return changes.reduce((now, [from, factor]) => (from <= day ? now * factor : now), price);
}

function offer(now: readonly Occasion[], { category }: Product): { extra: number; discount: number } {
  const of = now.filter((occasion) => occasion.category === category);
  const extra = of.reduce((product, { trade }) => product * trade, 1);
  return {
    extra,
    discount: now
      .filter((each) => each.category === undefined || each.category === category)
      .reduce((most, each) => Math.max(most, each.discount), 0),
  };
}

const RATES = [0.79, 0.86, 0.92, 1.09, 1.17, 1.27, 7.45, 110];

function spoil(till: StoreDay, { kind, seed }: Incident, products: readonly Product[]): void {
  const chance = new Chance(seed);
  const scale = (values: Float64Array, factor: number) =>
    values.forEach((value, p) => {
      values[p] = Math.round(value * factor);
    });
  if (kind === 'missing store-day') Object.assign(till, closed(products.length));
  if (kind === 'halved volume') thin(till, chance.between(0.42, 0.58), chance);
  if (kind === 'price x10') scale(till.revenue, 10);
  if (kind === 'currency mix-up') scale(till.revenue, chance.pick(RATES));
  if (kind === 'duplicated file') {
    for (const values of [till.quantity, till.revenue, till.cost, till.linesOf]) scale(values, 2);
    till.repeated += till.lines;
    till.lines *= 2;
    for (const field of FIELDS) till.missing[field]! *= 2;
  }
  if (kind === 'shifted column' && chance.is(0.6)) {
    const rejected = Math.round(till.lines * chance.between(0.3, 1));
    thin(till, 1 - rejected / till.lines, chance);
    till.rejected += rejected;
  } else if (kind === 'shifted column') swap(till);
  if (kind === 'null burst') {
    const field = chance.pick(FIELDS);
    till.missing[field]! += chance.binomial(till.lines - till.missing[field]!, chance.between(0.2, 0.7));
  }
}

/** A part of the records is left, evenly over the products. */
function thin(till: StoreDay, part: number, chance: Chance): void {
  const before = till.lines;
  till.lines = 0;
  till.linesOf.forEach((lines, p) => {
    const left = chance.binomial(lines, part);
    const factor = lines === 0 ? 0 : left / lines;
    till.lines += left;
    till.linesOf[p] = left;
    for (const values of [till.quantity, till.revenue, till.cost]) values[p] = Math.round(values[p]! * factor);
  });
  const factor = before === 0 ? 0 : till.lines / before;
  till.orders = Math.round(till.orders * factor);
  for (const field of FIELDS) till.missing[field] = Math.round(till.missing[field]! * factor);
}

/** Quantity and price have changed places: the revenue is right, and nothing else is. */
function swap(till: StoreDay): void {
  till.quantity.forEach((quantity, p) => {
    if (quantity === 0) return;
    const price = till.revenue[p]! / MONEY / (quantity / QUANTITY);
    till.quantity[p] = Math.max(1, Math.round(price)) * QUANTITY * till.linesOf[p]!;
  });
}

function soldOf({ quantity, revenue }: StoreDay): Sold[] {
  const sold: Sold[] = [];
  for (let product = 0; product < quantity.length; product++) {
    if (quantity[product]! > 0) sold.push({ product, quantity: quantity[product]!, revenue: revenue[product]! });
  }
  return sold;
}

function note({ figures, missing }: ShopHistory, cell: number, till: StoreDay, prices: PriceLevel): void {
  figures.lines[cell] = till.lines;
  figures.profiled[cell] = till.lines;
  figures.orders[cell] = till.orders;
  figures.rejected[cell] = till.rejected;
  figures.repeated[cell] = till.repeated;
  for (const field of FIELDS) missing.get(field)![cell] = till.missing[field]!;
  add(figures, cell, [till], () => true, prices);
}

function noteCategory(
  { figures }: ShopHistory,
  cell: number,
  tills: readonly StoreDay[],
  products: readonly Product[],
  category: string,
  prices: PriceLevel,
): void {
  const isOf = (product: number) => products[product]!.category === category;
  for (const { linesOf } of tills)
    linesOf.forEach((lines, p) => {
      if (isOf(p)) figures.lines[cell]! += lines;
    });
  add(figures, cell, tills, isOf, prices);
}

function add(
  figures: ShopHistory['figures'],
  cell: number,
  tills: readonly StoreDay[],
  isOf: (product: number) => boolean,
  prices: PriceLevel,
): void {
  const sold = tills.flatMap((till) =>
    soldOf(till)
      .filter(({ product }) => isOf(product))
      .map((each) => ({ ...each, cost: till.cost[each.product]! })),
  );
  for (const { quantity, revenue, cost } of sold) {
    figures.quantity[cell]! += quantity;
    figures.revenue[cell]! += revenue;
    figures.costed_revenue[cell]! += revenue;
    figures.profit[cell]! += revenue - cost;
  }
  const { list, priced } = prices.priced(sold);
  figures.list_revenue[cell] = list;
  figures.priced_revenue[cell] = priced;
}
