interface Mark {
  readonly at: number;
  readonly records: number;
  readonly bytes: number;
}

const WINDOW_MS = 3_000;

/** Records and bytes per second over the last seconds. */
export class Rate {
  #marks: Mark[] = [];

  clear(): void {
    this.#marks = [];
  }

  /** `at` in milliseconds, counting up. */
  mark(at: number, records: number, bytes: number): void {
    this.#marks.push({ at, records, bytes });
    while (this.#marks.length > 2 && at - this.#marks[1]!.at >= WINDOW_MS) this.#marks.shift();
  }

  read(): { records: number; bytes: number } {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.at <= first.at) return { records: 0, bytes: 0 };
    const perSecond = (amount: number) => Math.max(0, Math.round((amount / (last.at - first.at)) * 1000));
    return { records: perSecond(last.records - first.records), bytes: perSecond(last.bytes - first.bytes) };
  }
}
