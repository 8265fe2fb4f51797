import { ask } from './api/request.ts';
import { Resource } from './api/resource.svelte.ts';
import type { KpiFilters } from './server-types.ts';

/** What is known of the shop as a whole: what can be filtered by, and its currency. */
export class Shop {
  readonly #choices = new Resource<KpiFilters>();

  get choices(): KpiFilters | null {
    return this.#choices.data;
  }
  /** The one currency of all sales; null where there are several or none is known. */
  get currency(): string | null {
    const [only, ...others] = this.#choices.data?.currencies ?? [];
    return only && others.length === 0 && /^[A-Z]{3}$/.test(only) ? only : null;
  }
  get lastDay(): string | null {
    return this.#choices.data?.last_day ?? null;
  }

  /** A product's name, or its id where it has none. */
  productName(id: string): string {
    return this.#choices.data?.products.find(({ product_id }) => product_id === id)?.name || id;
  }

  refresh(): void {
    void this.#choices.load((signal) => ask<KpiFilters>('/kpi/filters', { signal }));
  }
}

export const shop = new Shop();
