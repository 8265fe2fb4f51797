import { Cache, type CacheOptions } from './cache.ts';
import { unknownNames } from './errors.ts';
import { type Finder, type Found, type Key, keyText } from './finder.ts';
import type { SqlQuery } from './sql.ts';

/** The first row that a query gives for a key, cached. */
export class SqlFinder implements Finder {
  readonly #query: SqlQuery;
  readonly #parameters: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #cache: Cache<readonly unknown[] | null>;

  /** Throws `bad_option` where the query does not give one of `columns`. */
  constructor(
    query: SqlQuery,
    { parameters, columns, cache }: { parameters: readonly string[]; columns: readonly string[]; cache: CacheOptions },
    now: () => number,
  ) {
    this.#query = query;
    this.#parameters = parameters;
    this.#positions = new Map(query.columns.map((name, i) => [name, i]));
    this.#cache = new Cache(cache, now);
    const missing = columns.filter((name) => !this.#positions.has(name));
    if (missing.length > 0) throw unknownNames('the result of `sql.query`', missing, query.columns);
  }

  find(key: Key): Found | null {
    const text = keyText(key);
    let row = this.#cache.get(text);
    if (row === undefined) {
      row = this.#query.first(Object.fromEntries(this.#parameters.map((name, i) => [name, key[i]!]))) ?? null;
      this.#cache.set(text, row);
    }
    const found = row;
    return found && ((name) => found[this.#positions.get(name)!]);
  }

  close(): void {
    this.#query.close();
  }
}
