import type { Database } from 'better-sqlite3';
import { appendedDatasets, COUNTED_FIELDS } from '../../db/monitoring/files.ts';
import {
  type CategoryDay,
  categoryDays,
  cells,
  type DaySums,
  productNames,
  type StoreDay,
  storeDays,
  storeNames,
} from '../../db/monitoring/shop-days.ts';
import { fileDays, type ProfiledDay } from '../../db/operations/file-days.ts';
import { dayText } from '../../db/period.ts';
import { dayNumber, isoDate } from '../generate/calendar.ts';
import type { Histories } from './assess-day.ts';
import type { Subject } from './check-result.ts';
import { type Dimensions, USUAL_DIMENSIONS } from './dimensions.ts';
import { PriceLevel, type Sold } from './price-level.ts';
import { emptyHistory, type HistoryRow, type ShopHistory, summedBy } from './shop-history.ts';

/** Days of prices before those that are wanted. */
const PRICE_DAYS = 35;

export interface Span {
  /** Day numbers, both included. */
  readonly first: number;
  readonly last: number;
}

export interface ReadOptions {
  /** Prices are read from this day on only, as there are many; all of the span unless given. */
  readonly pricesFrom?: number;
  readonly dimensions?: Dimensions;
}

/** The histories of stores, the whole shop and its categories, as the warehouse and the profiles of files have them. */
export function readHistories(
  warehouse: Database,
  operations: Database,
  span: Span,
  { pricesFrom = span.first, dimensions = USUAL_DIMENSIONS }: ReadOptions = {},
): Histories {
  const [from, to] = [dayKey(span.first), dayKey(span.last)];
  const profiles = fileDays(operations, from, to);
  const fields = fieldsIn(profiles);
  const byStore = historyOf(span, storeDays(warehouse, from, to), storeRow, fields);
  const byCategory = historyOf(span, categoryDays(warehouse, from, to), categoryRow, []);
  addProfiles(byStore, profiles, storeRow);
  addPrices(warehouse, byStore, byCategory, { first: pricesFrom, last: span.last });
  const shop = summedBy(byStore);
  const hasStores = byStore.rows.some(({ subject }) => subject.store !== undefined);
  const isOne = byStore.rows.length <= 1 && dimensions.has('store');
  return [
    ['store', byStore],
    ...(isOne ? [] : [['shop', shop] as const]),
    ...(hasStores && dimensions.has('region') ? [['region', summedBy(byStore, 'region')] as const] : []),
    ...(dimensions.has('category') ? [['category', byCategory] as const] : []),
    ...(dimensions.has('dataset') ? [['dataset', historyOfFiles(span, warehouse, profiles, fields)] as const] : []),
  ];
}

/** By dataset, from the profiles of files: a record that a later file took the place of would count twice. */
function historyOfFiles(
  { first, last }: Span,
  warehouse: Database,
  profiles: readonly ProfiledDay[],
  fields: readonly string[],
): ShopHistory {
  const appended = appendedDatasets(warehouse);
  const rows = appended.map((dataset) => datasetRow({ dataset }));
  const history = emptyHistory(first, last - first + 1, rows, fields);
  addProfiles(history, profiles, datasetRow);
  history.figures.lines.set(history.figures.profiled);
  return history;
}

function datasetRow({ dataset }: Pick<ProfiledDay, 'dataset'>): HistoryRow {
  return { subject: { dataset }, attributes: { dataset } };
}

/** YYYYMMDD of a day number. */
export function dayKey(day: number): number {
  return Number(isoDate(day).replaceAll('-', ''));
}

export function dayOfKey(key: number): number {
  return dayNumber(dayText(key) ?? '');
}

/** A store by its id; where there are no ids, a region by its name; and where there are none either, the shop. */
function storeRow({ store_id, region }: Pick<StoreDay, 'store_id' | 'region'>): HistoryRow {
  if (store_id !== '')
    return { subject: { store: store_id }, attributes: { store: store_id, ...(region !== '' && { region }) } };
  const subject: Subject = region === '' ? {} : { region };
  return { subject, attributes: subject };
}

function categoryRow({ category }: CategoryDay): HistoryRow {
  return { subject: { category }, attributes: { category } };
}

const nameOf = ({ subject }: HistoryRow) => JSON.stringify(subject);

function historyOf<Sums extends DaySums>(
  { first, last }: Span,
  sums: readonly Sums[],
  rowOf: (sums: Sums) => HistoryRow,
  fields: readonly string[],
): ShopHistory {
  const rows = new Map(sums.map((each) => [nameOf(rowOf(each)), rowOf(each)]));
  const named = [...rows].filter(([, row]) => row.subject.category !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  const places = new Map(named.map(([name], i) => [name, i]));
  const days = last - first + 1;
  const history = emptyHistory(
    first,
    days,
    named.map(([, row]) => row),
    fields,
  );
  for (const each of sums) {
    const row = places.get(nameOf(rowOf(each)));
    if (row === undefined) continue;
    const cell = row * days + dayOfKey(each.day) - first;
    for (const figure of ['lines', 'orders', 'quantity', 'revenue', 'profit', 'costed_revenue'] as const) {
      history.figures[figure][cell]! += each[figure];
    }
  }
  return history;
}

/** Fields of which some record has a value; of one that a dataset never has, nothing can be missing. */
function fieldsIn(profiles: readonly ProfiledDay[]): string[] {
  const lines = new Map<string, number>();
  for (const day of profiles) {
    for (const [field, missing] of Object.entries(day.missing))
      lines.set(field, (lines.get(field) ?? 0) + day.lines - missing);
  }
  return Object.keys(COUNTED_FIELDS).filter((field) => (lines.get(field) ?? 0) > 0);
}

function addProfiles(
  { rows, first, days, figures, missing }: ShopHistory,
  profiles: readonly ProfiledDay[],
  rowOf: (profile: ProfiledDay) => HistoryRow,
): void {
  const places = new Map(rows.map((row, i) => [nameOf(row), i]));
  for (const profile of profiles) {
    const row = places.get(nameOf(rowOf(profile)));
    if (row === undefined) continue;
    const cell = row * days + dayOfKey(profile.day) - first;
    figures.profiled[cell]! += profile.lines;
    figures.repeated[cell]! += profile.repeated;
    figures.rejected[cell]! += profile.rejected;
    for (const [field, counts] of missing) counts[cell]! += profile.missing[field] ?? 0;
  }
}

function addPrices(warehouse: Database, byStore: ShopHistory, byCategory: ShopHistory, { first, last }: Span): void {
  const prices = new PriceLevel();
  const stores = new Map([...storeNames(warehouse)].map(([key, name]) => [key, placeIn(byStore, storeRow(name))]));
  const categories = new Map(
    [...productNames(warehouse)].map(([key, { category }]) => [
      key,
      placeIn(byCategory, { subject: { category }, attributes: {} }),
    ]),
  );
  let today = new Sales();
  const close = (): void => {
    if (today.day >= first) {
      for (const [row, sold] of today.byStore) price(byStore, row, today.day, prices, sold);
      for (const [row, sold] of today.byCategory) price(byCategory, row, today.day, prices, sold);
    }
    for (const sold of today.byStore.values()) prices.note(sold);
    prices.close();
  };
  let key = 0;
  for (const [day, store, product, quantity, revenue] of cells(
    warehouse,
    dayKey(first - PRICE_DAYS),
    dayKey(last),
  ) as Iterable<[number, number, number, number, number]>) {
    if (day !== key) {
      close();
      key = day;
      today = new Sales(dayOfKey(day));
    }
    today.add(stores.get(store) ?? -1, categories.get(product) ?? -1, { product, quantity, revenue });
  }
  close();
}

function placeIn({ rows }: ShopHistory, row: HistoryRow): number {
  return rows.findIndex((each) => nameOf(each) === nameOf(row));
}

/** What was sold on a day, by row of the stores and of the categories. */
class Sales {
  readonly day: number;
  readonly byStore = new Map<number, Sold[]>();
  readonly byCategory = new Map<number, Sold[]>();

  constructor(day = -1) {
    this.day = day;
  }

  add(store: number, category: number, sold: Sold): void {
    for (const [row, of] of [
      [store, this.byStore],
      [category, this.byCategory],
    ] as const) {
      const list = of.get(row);
      if (list) list.push(sold);
      else if (row >= 0) of.set(row, [sold]);
    }
  }
}

function price(
  { figures, first, days }: ShopHistory,
  row: number,
  day: number,
  prices: PriceLevel,
  sold: readonly Sold[],
): void {
  const { list, priced } = prices.priced(sold);
  const cell = row * days + day - first;
  if (day < first || day >= first + days) return;
  figures.list_revenue[cell] = list;
  figures.priced_revenue[cell] = priced;
}
