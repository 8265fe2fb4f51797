import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { inboxNames, isQuiet, SETTLE_MS } from '../inbox.ts';

export interface Arrived {
  /** Names of files that are whole and were not tried as they are. */
  readonly whole: readonly string[];
  /** Are there others, which somebody may still be writing? */
  readonly isPending: boolean;
}

/** Name to what a file looked like, and since when. */
type Seen = Map<string, { readonly mark: string; readonly since: number }>;

/** Knows which files of the inbox are new, and when they are whole. */
export class Arrivals {
  readonly #home: Home;
  #seen: Seen = new Map();
  /** Name to what it looked like when it was tried. */
  readonly #tried = new Map<string, string>();

  constructor(home: Home) {
    this.#home = home;
  }

  async look(now: number): Promise<Arrived> {
    const whole: string[] = [];
    const seen: Seen = new Map();
    for (const [name, { mark, mtimeMs }] of await this.#marks()) {
      const before = this.#seen.get(name);
      const since = before?.mark === mark ? before.since : now;
      seen.set(name, { mark, since });
      if (this.#tried.get(name) === mark) continue;
      if (isQuiet(mtimeMs, now) || now - since >= SETTLE_MS) whole.push(name);
    }
    this.#seen = seen;
    for (const name of this.#tried.keys()) if (!seen.has(name)) this.#tried.delete(name);
    const pending = [...seen].filter(([name, { mark }]) => this.#tried.get(name) !== mark && !whole.includes(name));
    return { whole, isPending: pending.length > 0 };
  }

  /** These were loaded, or could not be: as they are, they need not be tried again. */
  tried(names: readonly string[]): void {
    for (const name of names) {
      const seen = this.#seen.get(name);
      if (seen) this.#tried.set(name, seen.mark);
    }
  }

  /** What the files look like. The configuration is part of it: by another one, a file may be of some dataset after all. */
  async #marks(): Promise<Map<string, { mark: string; mtimeMs: number }>> {
    const { raw, config } = this.#home;
    const configured = await stat(config).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    const marks = new Map<string, { mark: string; mtimeMs: number }>();
    for (const name of await inboxNames(this.#home)) {
      const stats = await stat(join(raw, name)).catch(() => null);
      if (!stats?.isFile()) continue;
      const { size, mtimeMs, ino } = stats;
      marks.set(name, { mark: `${size} ${mtimeMs} ${ino} ${configured}`, mtimeMs });
    }
    return marks;
  }
}
