import type { Database } from 'better-sqlite3';
import { productPrices } from '../../db/monitoring/house.ts';
import { productSpans } from '../../db/monitoring/shop-days.ts';
import type { CheckName } from '../../operators/dataset/settings/monitoring.ts';
import { isoDate } from '../generate/calendar.ts';
import { type CheckResult, keyOf, type Severity } from './check-result.ts';
import { dayKey, dayOfKey } from './read-history.ts';
import { median } from './robust.ts';
import type { MonitorPolicy } from './settings.ts';
import { type HistoryRow, type ShopHistory, summedBy } from './shop-history.ts';

/** Days that say what is sold, and the fewest before anything is called new. */
const WINDOW = 98;
const FEWEST = 14;
/** A product that sold on nearly every day, and then on none of so many. */
const NEARLY_ALWAYS = 0.9;
const GONE_DAYS = 7;
/** A price so many times the usual, or that part of it, is a mistake in the file or in the till. */
const PRICE_TIMES = 4;
const FEWEST_PRICES = 5;
const MOST_NAMED = 12;

export interface CatalogueSetting {
  readonly warehouse: Database;
  readonly policy: MonitorPolicy;
  readonly byStore: ShopHistory;
  /** The day looked at, as a number. */
  readonly day: number;
  /** What was found of daily figures. */
  readonly results: readonly CheckResult[];
}

/** What has come: stores, regions, products; products that have gone, and prices that can't be. One result each, naming them. */
export function catalogueChecks({ warehouse, policy, byStore, day, results }: CatalogueSetting): CheckResult[] {
  const found = [
    ...newPlaces(byStore, day),
    ...products(warehouse, day),
    ...prices(warehouse, day).map((result) => explained(result, results)),
  ];
  return found
    .filter(({ check }) => policy.isOn(check as CheckName))
    .map((result) => ({ ...result, severity: policy.severityOf(result.check as CheckName, result.severity) }));
}

/** Where a store, or all of them, sold at unlike prices that day, so did the products. */
function explained(result: CheckResult, results: readonly CheckResult[]): CheckResult {
  const isCause = ({ check, verdict, severity, subject, day, cause }: CheckResult): boolean =>
    check === 'price' &&
    verdict === 'failing' &&
    severity !== 'info' &&
    !subject.category &&
    day === result.day &&
    !cause;
  const cause = results.find(isCause);
  return result.verdict === 'failing' && cause ? { ...result, cause: keyOf(cause) } : result;
}

function named(
  check: CheckName,
  severity: Severity,
  day: number,
  names: readonly string[],
  what: string,
  none: string,
): CheckResult {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return {
    ...{
      check,
      subject: {},
      day: isoDate(day),
      verdict: names.length === 0 ? 'ok' : 'failing',
      severity,
      unit: 'count',
    },
    ...{ observed: names.length, expected: 0, low: null, high: 0, score: null },
    message: names.length === 0 ? none : `${what}: ${names.slice(0, MOST_NAMED).join(', ')}${more}.`,
    evidence: names.length === 0 ? {} : { facts: { names: names.join(', ') } },
  };
}

function newPlaces(byStore: ShopHistory, day: number): CheckResult[] {
  if (day - byStore.first < FEWEST) return [];
  const regions = summedBy(byStore, 'region');
  const places = [
    ['store', byStore],
    ['region', regions],
  ] as const;
  return places.flatMap(([kind, history]) => {
    const names = fresh(history, day).flatMap(({ subject }) => subject[kind] ?? []);
    const isKnown = history.rows.some(({ subject }) => subject[kind] !== undefined);
    return isKnown ? [named(`new-${kind}`, 'info', day, names, 'Sold for the first time', `No ${kind} is new.`)] : [];
  });
}

/** Those that sold on the day, and never before. */
function fresh({ rows, figures, days, first }: ShopHistory, day: number): HistoryRow[] {
  const column = day - first;
  return rows.filter((_, row) => {
    const lines = figures.lines.subarray(row * days, row * days + days);
    return lines[column]! > 0 && lines.subarray(0, column).every((count) => count === 0);
  });
}

function products(db: Database, day: number): CheckResult[] {
  const spans = productSpans(db, dayKey(day - WINDOW), dayKey(day));
  const began = Math.min(...spans.map(({ first }) => dayOfKey(first)));
  if (day - began < FEWEST) return [];
  const fresh = spans.filter(({ first }) => dayOfKey(first) === day);
  const gone = spans.filter(({ first, last, days }) => {
    const span = dayOfKey(last) - dayOfKey(first) + 1;
    return dayOfKey(last) === day - GONE_DAYS && span >= FEWEST && days >= NEARLY_ALWAYS * span;
  });
  const ids = (some: typeof spans) => some.map(({ product_id }) => product_id);
  return [
    named('new-product', 'info', day, ids(fresh), 'Sold for the first time', 'No product is new.'),
    named(
      'vanished-product',
      'info',
      day,
      ids(gone),
      `Sold nearly every day, and not once in the last ${GONE_DAYS} days`,
      'No product has vanished.',
    ),
  ];
}

function prices(db: Database, day: number): CheckResult[] {
  const before = new Map<string, number[]>();
  const today = new Map<string, number>();
  for (const [product, key, price] of productPrices(db, dayKey(day - WINDOW), dayKey(day))) {
    if (dayOfKey(key) === day) today.set(product, price);
    else before.set(product, [...(before.get(product) ?? []), price]);
  }
  const wrong = [...today].flatMap(([product, price]) => {
    const known = before.get(product) ?? [];
    const times = price / median(known);
    const isWrong = known.length >= FEWEST_PRICES && (times >= PRICE_TIMES || times <= 1 / PRICE_TIMES);
    return isWrong ? [`${product} at ${times >= 1 ? times.toFixed(1) : times.toFixed(2)} times its usual price`] : [];
  });
  return [
    named(
      'product-price',
      'critical',
      day,
      wrong,
      'Prices that can hardly be right',
      'No product sold at a price far from its usual one.',
    ),
  ];
}
