import type { Database } from 'better-sqlite3';
import type { BreakdownField } from '../../db/breakdown.ts';
import { type FilterChoices, filterChoices } from '../../db/measures.ts';
import { Random } from '../../jobs/generate/random.ts';
import { insightsOf } from '../../server/kpi/insights.ts';
import {
  type BreakdownRequest,
  filterMenus,
  insightFigures,
  kpiBreakdown,
  kpiSummary,
  kpiTrend,
} from '../../server/kpi/kpi-service.ts';
import { type Comparison, dayNumber, dayOfNumber, type Granularity } from '../../server/kpi/periods.ts';
import type { KpiFilter } from '../../server/schemas/kpi.ts';

/** One request as a dashboard might send it. */
export interface Question {
  readonly endpoint: string;
  readonly filter: KpiFilter;
  readonly ask: (db: Database) => unknown;
}

const GRANULARITIES = ['day', 'week', 'month'] as const satisfies readonly Granularity[];
const COMPARISONS = ['previous_period', 'previous_year', undefined] as const satisfies (Comparison | undefined)[];
const BREAKDOWNS = ['store', 'category', 'product', 'weekday'] as const satisfies readonly BreakdownField[];

/** Asks for other periods, filters and comparisons each time; the same for the same seed. */
export class Questions {
  readonly #random: Random;
  readonly #choices: FilterChoices;
  readonly #products: readonly string[];
  readonly #days: readonly [first: number, last: number];

  constructor(db: Database, seed: number) {
    this.#random = new Random(seed);
    this.#choices = filterChoices(db);
    this.#products = filterMenus(db).products.map(({ product_id }) => product_id);
    const { first_day, last_day } = kpiSummary(db, {}, undefined);
    this.#days = [dayNumber(first_day ?? ''), dayNumber(last_day ?? '')];
  }

  /** One question of each endpoint. */
  round(): Question[] {
    return [
      this.#question('summary', (db, filter, comparison) => kpiSummary(db, filter, comparison)),
      this.#question('revenue', (db, filter, comparison) =>
        page(db, 'region', filter, { comparison, limit: 1_000, meanMargins: true }),
      ),
      this.#question('top-products', (db, filter, comparison) =>
        page(db, 'product', filter, { comparison, limit: 5, meanMargins: true }),
      ),
      ...GRANULARITIES.map((granularity) =>
        this.#question(`trend by ${granularity}`, (db, filter, comparison) =>
          kpiTrend(db, filter, { granularity, window: 7, comparison }),
        ),
      ),
      ...BREAKDOWNS.map((by) =>
        this.#question(`breakdown by ${by}`, (db, filter, comparison) =>
          page(db, by, filter, { comparison, limit: 100 }),
        ),
      ),
      this.#question('insights', (db, filter) => insightsOf(insightFigures(db, filter))),
      { endpoint: 'filters', filter: {}, ask: filterMenus },
    ];
  }

  #question(
    endpoint: string,
    ask: (db: Database, filter: KpiFilter, comparison: Comparison | undefined) => unknown,
  ): Question {
    const filter = { ...this.#period(), ...this.#part() };
    const comparison = this.#oneOf(COMPARISONS);
    return { endpoint, filter, ask: (db) => ask(db, filter, comparison) };
  }

  /** All there is, or any days of it. */
  #period(): KpiFilter {
    if (this.#random.below(4) === 0) return {};
    const [first, last] = this.#days;
    const from = first + this.#random.below(last - first + 1);
    return { from: dayOfNumber(from), to: dayOfNumber(from + this.#random.below(last - from + 1)) };
  }

  #part(): KpiFilter {
    const { regions, stores, categories } = this.#choices;
    switch (this.#random.below(8)) {
      case 0:
        return { region: this.#some(regions) };
      case 1:
        return { store: this.#some(stores) };
      case 2:
        return { category: this.#some(categories) };
      case 3:
        return { product: this.#some(this.#products) };
      case 4:
        return { region: this.#some(regions), category: this.#some(categories) };
      case 5:
        return { store: this.#some(stores), product: this.#some(this.#products) };
      default:
        return {};
    }
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)] as T;
  }

  /** One, or up to five. */
  #some(values: readonly string[]): string[] {
    const count = this.#random.below(2) === 0 ? 1 : 1 + this.#random.below(5);
    return [...new Set(Array.from({ length: count }, () => this.#oneOf(values)))];
  }
}

function page(db: Database, by: BreakdownField, filter: KpiFilter, request: Omit<BreakdownRequest, 'offset'>) {
  return kpiBreakdown(db, by, filter, { ...request, offset: 0 });
}
