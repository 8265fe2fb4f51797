import type { Query } from '../api/request.ts';
import { paramsOf } from '../sales/sales-filters.svelte.ts';

export const GROUPS = ['reason', 'file', 'dataset'] as const;
export type Group = (typeof GROUPS)[number];

const FILTERS = ['reason', 'file', 'dataset', 'run'] as const;
type Filter = (typeof FILTERS)[number];

/** Which dead letters are looked at, kept in the address. */
export class LetterSearch {
  #params = $state.raw(paramsOf(location.hash));

  get by(): Group {
    const said = this.#params.get('by');
    return GROUPS.find((group) => group === said) ?? 'reason';
  }
  get offset(): number {
    return Math.max(0, Number.parseInt(this.#params.get('offset') ?? '0', 10) || 0);
  }
  /** As the server takes it. */
  get query(): Query {
    return Object.fromEntries(this.filters.map(({ name, value }) => [name, value]));
  }
  /** The same but for what the groups are by, so that its siblings stay in sight. */
  get groupQuery(): Query {
    return { ...this.query, [this.by]: undefined, by: this.by };
  }
  get filters(): { name: Filter; value: string }[] {
    return FILTERS.flatMap((name) => {
      const value = this.#params.get(name);
      return value ? [{ name, value }] : [];
    });
  }

  value(name: Filter): string | null {
    return this.#params.get(name);
  }
  groupBy(group: Group): void {
    this.#change((params) => params.set('by', group));
  }
  /** Looks at that value alone; at all of them where it was that already. */
  toggle(name: Filter, value: string): void {
    this.#change((params) => {
      if (params.get(name) === value) params.delete(name);
      else params.set(name, value);
    });
  }
  go(offset: number): void {
    this.#change((params) => {
      if (offset > 0) params.set('offset', String(offset));
    });
  }

  /** Takes over what the address says; to be called whenever the router has changed it. */
  read(): void {
    this.#params = paramsOf(location.hash);
  }

  /** Whatever else changes, it is the first page again. */
  #change(edit: (params: URLSearchParams) => void): void {
    const params = new URLSearchParams(this.#params);
    params.delete('offset');
    edit(params);
    this.#params = params;
    const text = params.toString();
    history.replaceState(history.state, '', `#/dead-letters${text && `?${text}`}`);
  }
}
