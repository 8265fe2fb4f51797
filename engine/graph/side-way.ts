/** What is known of an operator where side outputs are sent on their way. */
export interface Stop {
  /** Ports whose batches it takes; null for all. */
  readonly ports: readonly string[] | null;
  /** Whether it keeps what it takes, rather than passing it on. */
  readonly commits: boolean;
  /** Ids of the operators behind it. */
  readonly next: readonly string[];
}

/** More than any number of operators that only look at a side output. */
const KEPT = 1_000_000;

/**
 * Where a side output goes when branches part: along the one that leads to the sink that keeps it and, of several, past most operators
 * that take it. It goes along one only, so that nothing is doubled.
 */
export class SideWays {
  readonly #stops: ReadonlyMap<string, Stop>;
  readonly #worths = new Map<string, number>();

  constructor(stops: ReadonlyMap<string, Stop>) {
    this.#stops = stops;
  }

  /** Of the ids given the one to go to. */
  best(port: string, ids: readonly string[]): string | undefined {
    const [first, ...others] = ids;
    if (first === undefined) return undefined;
    return others.reduce((best, id) => (this.#worth(port, id) > this.#worth(port, best) ? id : best), first);
  }

  #worth(port: string, id: string): number {
    const key = JSON.stringify([port, id]);
    let worth = this.#worths.get(key);
    if (worth === undefined) {
      worth =
        this.#own(port, id) + Math.max(0, ...(this.#stops.get(id)?.next ?? []).map((each) => this.#worth(port, each)));
      this.#worths.set(key, worth);
    }
    return worth;
  }

  #own(port: string, id: string): number {
    const stop = this.#stops.get(id);
    if (!stop || (stop.ports && !stop.ports.includes(port))) return 0;
    return stop.commits ? KEPT : 1;
  }
}
