import type { Registry } from '../engine/plan.ts';
import { loadRegistry } from '../operators/registry.ts';

/** The operators of a home, as they are now: people change their own while the server runs. */
export class HomeOperators {
  readonly #home: string;
  readonly #onBroken: (error: unknown) => void;
  #last: Registry = new Map();

  /** `onBroken` is told of every operator that can't be loaded; the catalogue goes without it. */
  constructor(home: string, onBroken: (error: unknown) => void) {
    this.#home = home;
    this.#onBroken = onBroken;
  }

  async load(): Promise<Registry> {
    this.#last = await loadRegistry(undefined, this.#home, this.#onBroken);
    return this.#last;
  }

  /** Whether an operator may give more or fewer records than it was given, as far as it was known when last loaded. */
  isFree(name: string): boolean {
    return this.#last.get(name)?.conserves === false;
  }

  /** What a reason means to the file's owner, by code. */
  async meanings(): Promise<ReadonlyMap<string, string>> {
    return new Map([...(await this.load()).values()].flatMap(({ reasons = {} }) => Object.entries(reasons)));
  }
}
