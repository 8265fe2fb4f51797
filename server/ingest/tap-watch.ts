import type { FileStarted } from '../../jobs/ingest/events.ts';
import type { TapSample } from '../../operators/tap.ts';
import type { TapWatch } from './tapped-registry.ts';

/** A sample of an operator is shown at most so often. */
const SHOW_MS = 200;

/**
 * Knows which operators are looked at. The sink runs on a thread of its own; what it is asked for is what leaves the
 * operator before it, and is shown under the sink's name.
 */
export class WatchedOperators implements TapWatch {
  readonly #show: (sample: TapSample) => void;
  readonly #shownAt = new Map<string, number>();
  #wanted: readonly string[];
  #plan: FileStarted['plan'] = [];
  #stageFrom = 0;
  /** Operator here to the names it is shown under. */
  #sources = new Map<string, string[]>();

  constructor(wanted: readonly string[], show: (sample: TapSample) => void) {
    this.#wanted = wanted;
    this.#show = show;
  }

  watch(wanted: readonly string[]): void {
    this.#wanted = wanted;
    this.#resolve();
  }

  follow({ plan, stageFrom }: FileStarted): void {
    this.#plan = plan;
    this.#stageFrom = stageFrom;
    this.#resolve();
  }

  isWatched(operator: string): boolean {
    if (!this.#sources.has(operator)) return false;
    return performance.now() - (this.#shownAt.get(operator) ?? Number.NEGATIVE_INFINITY) >= SHOW_MS;
  }

  show(sample: TapSample): void {
    this.#shownAt.set(sample.operator, performance.now());
    for (const operator of this.#sources.get(sample.operator) ?? []) this.#show({ ...sample, operator });
  }

  #resolve(): void {
    this.#sources = new Map();
    for (const id of this.#wanted) {
      const at = this.#nearest(id);
      if (at !== undefined) this.#sources.set(at, [...(this.#sources.get(at) ?? []), id]);
    }
  }

  /** The operator itself or, if that runs on the other thread, the last one before it that runs here. */
  #nearest(id: string): string | undefined {
    const index = this.#plan.findIndex((node) => node.id === id);
    const before = this.#plan[index]?.inputs[0];
    const isThere = this.#stageFrom > 0 && index >= this.#stageFrom;
    if (index < 0) return undefined;
    return isThere && before !== undefined ? this.#nearest(before) : id;
  }
}
