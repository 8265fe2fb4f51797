import type { Query } from '../api/request.ts';
import { shop } from '../shop.svelte.ts';
import { fittingGranularity, type Granularity, type Period, PRESETS, type Preset, periodOf } from './presets.ts';

export const DIMENSIONS = ['region', 'store', 'category', 'product'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export type Comparison = 'previous_period' | 'previous_year' | 'none';

/** What is looked at, kept in the address and nowhere else: a link shows another what one sees. */
export class SalesFilters {
  #params = $state.raw(paramsOf(location.hash));
  readonly #preset = $derived(presetIn(this.#params));
  readonly #period: Period = $derived(
    this.#preset === 'custom'
      ? { from: this.#params.get('from') ?? undefined, to: this.#params.get('to') ?? undefined }
      : periodOf(this.#preset, shop.lastDay),
  );

  get preset(): Preset {
    return this.#preset;
  }
  get period(): Period {
    return this.#period;
  }
  get comparison(): Comparison {
    const said = this.#params.get('compare');
    if (said === 'previous_year' || said === 'none' || said === 'previous_period') return said;
    return this.#preset === 'all' ? 'none' : 'previous_period';
  }
  get granularity(): Granularity {
    const said = this.#params.get('granularity');
    if (said === 'day' || said === 'week' || said === 'month') return said;
    const from = this.#period.from ?? shop.choices?.first_day;
    const to = this.#period.to ?? shop.lastDay;
    return from && to ? fittingGranularity(from, to) : 'day';
  }
  get hasFilters(): boolean {
    return DIMENSIONS.some((dimension) => this.#params.has(dimension));
  }
  /** As the server's /kpi addresses take it. */
  get query(): Query {
    const values = DIMENSIONS.map((dimension) => [dimension, this.chosen(dimension)] as const);
    return { ...this.#period, ...Object.fromEntries(values) };
  }
  get compareQuery(): Query {
    return this.comparison === 'none' ? {} : { compare: this.comparison };
  }

  chosen(dimension: Dimension): string[] {
    return this.#params.getAll(dimension);
  }

  choosePreset(preset: Preset): void {
    const { from, to } = this.#period;
    this.#change((params) => {
      params.delete('from');
      params.delete('to');
      set(params, 'period', preset === 'all' ? null : preset);
      if (preset !== 'custom') return;
      set(params, 'from', from ?? shop.choices?.first_day ?? null);
      set(params, 'to', to ?? shop.lastDay);
    });
  }
  chooseDay(end: 'from' | 'to', day: string): void {
    this.#change((params) => set(params, end, day || null));
  }
  compareWith(comparison: Comparison): void {
    this.#change((params) => set(params, 'compare', comparison));
  }
  chooseGranularity(granularity: Granularity): void {
    this.#change((params) => set(params, 'granularity', granularity));
  }
  /** Puts a value in, or takes it out where it is in. */
  toggle(dimension: Dimension, value: string): void {
    this.#change((params) => {
      const values = params.getAll(dimension);
      const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
      params.delete(dimension);
      for (const each of next) params.append(dimension, each);
    });
  }
  clear(): void {
    this.#change((params) => {
      for (const dimension of DIMENSIONS) params.delete(dimension);
    });
  }

  /** Takes over what the address says; to be called whenever the router has changed it. */
  read(): void {
    this.#params = paramsOf(location.hash);
  }

  #change(edit: (params: URLSearchParams) => void): void {
    const params = new URLSearchParams(this.#params);
    edit(params);
    this.#params = params;
    const text = params.toString();
    // The router need not know: the page stays, and going back is by the browser's own history.
    history.replaceState(history.state, '', `#/sales${text && `?${text}`}`);
  }
}

/** What stands behind the ? of an address behind the #. */
export function paramsOf(hash: string): URLSearchParams {
  const at = hash.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : hash.slice(at + 1));
}

function presetIn(params: URLSearchParams): Preset {
  const said = params.get('period');
  return PRESETS.find(({ value }) => value === said)?.value ?? 'all';
}

function set(params: URLSearchParams, name: string, value: string | null): void {
  if (value === null) params.delete(name);
  else params.set(name, value);
}
