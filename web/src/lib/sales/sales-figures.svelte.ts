import { address, ask } from '../api/request.ts';
import { Resource } from '../api/resource.svelte.ts';
import type { KpiBreakdown, KpiInsights, KpiSummary, KpiTrend } from '../server-types.ts';
import type { Dimension, SalesFilters } from './sales-filters.svelte.ts';

/** The figures of the sales page for what its filters say. */
export class SalesFigures {
  readonly summary = new Resource<KpiSummary>();
  readonly trend = new Resource<KpiTrend>();
  readonly lastDays = new Resource<KpiTrend>();
  readonly regions = new Resource<KpiBreakdown>();
  readonly products = new Resource<KpiBreakdown>();
  readonly categories = new Resource<KpiBreakdown>();
  readonly hours = new Resource<KpiBreakdown>();
  readonly insights = new Resource<KpiInsights>();
  readonly #filters: SalesFilters;

  constructor(filters: SalesFilters) {
    this.#filters = filters;
  }

  /** Addresses of the figures; with `format: 'csv'` of their downloads. */
  readonly #addresses = $derived.by(() => this.#where());
  get addresses() {
    return this.#addresses;
  }

  /** Fetches all of it anew; what has not changed costs the server nothing. */
  refresh(): void {
    const { summary, trend, lastDays, regions, products, categories, hours, insights } = this.#addresses;
    const get = <T>(resource: Resource<T>, path: string) => void resource.load((signal) => ask<T>(path, { signal }));
    get(this.summary, summary);
    get(this.trend, trend);
    get(this.lastDays, lastDays);
    get(this.regions, regions);
    get(this.products, products);
    get(this.categories, categories);
    get(this.insights, insights);
    get(this.hours, hours);
  }

  cancel(): void {
    for (const value of Object.values(this)) if (value instanceof Resource) value.cancel();
  }

  /** The address of the same as CSV. */
  csv(path: string): string {
    return `${path}${path.includes('?') ? '&' : '?'}format=csv`;
  }

  #where() {
    const { query, compareQuery, granularity } = this.#filters;
    const compared = { ...query, ...compareQuery };
    // Without the filter of its own kind, so that what could be looked at instead stays in sight.
    const by = (name: Dimension, limit: number) =>
      address('/kpi/breakdown', { by: name, ...compared, [name]: undefined, limit });
    return {
      summary: address('/kpi/summary', compared),
      trend: address('/kpi/trend', { ...compared, granularity, window: 7 }),
      lastDays: address('/kpi/trend', { ...query, granularity: 'day', window: 7, limit: 10 }),
      regions: by('region', 12),
      products: by('product', 10),
      categories: by('category', 12),
      hours: address('/kpi/breakdown', { by: 'weekday_hour', ...query, limit: 200 }),
      insights: address('/kpi/insights', query),
    };
  }
}
