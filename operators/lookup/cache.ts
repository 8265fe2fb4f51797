export interface CacheOptions {
  /** Answers kept, the ones used last; 0 keeps none. */
  readonly size: number;
  /** How long one may be used, in milliseconds. */
  readonly maxAgeMs: number;
}

interface Entry<T> {
  readonly value: T;
  readonly at: number;
}

/** Answers by key, those used last, not older than a limit. */
export class Cache<T> {
  readonly #options: CacheOptions;
  readonly #now: () => number;
  /** A Map keeps the order in which keys were set: the first is the one that was used longest ago. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: CacheOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (this.#now() - entry.at > this.#options.maxAgeMs) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: this.#now() });
    if (this.#entries.size <= this.#options.size) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
