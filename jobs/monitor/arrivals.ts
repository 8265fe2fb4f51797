import type { ProfiledDay } from '../../db/operations/file-days.ts';
import { dayOfKey } from './read-history.ts';
import { startOfDay } from './zone.ts';

const HOUR_MS = 3_600_000;
/** A file that came later than this was a belated one, and tells nothing of when files come. */
const BELATED_MS = 5 * 24 * HOUR_MS;
/** Latest days that count, and the fewest that tell something. */
const RECENT = 28;
const FEWEST = 5;
/** Of the latest days, so many were reported by then. */
const MOSTLY = 0.9;
const GRACE_MS = 2 * HOUR_MS;
/** Where it is not known when a store reports: by noon of the next day. */
const UNKNOWN_MS = 36 * HOUR_MS;

/** When stores report their days, as files have come so far. */
export class Arrivals {
  readonly #offsets = new Map<string, number[]>();
  readonly #timeZone: string;

  constructor(profiles: readonly ProfiledDay[], timeZone: string) {
    this.#timeZone = timeZone;
    const first = new Map<string, { store: string; day: number; at: number }>();
    for (const { store_id, region, day, reported_at, lines } of profiles) {
      if (lines === 0) continue;
      const store = store_id || region;
      const known = first.get(`${store} ${day}`);
      if (!known || reported_at < known.at)
        first.set(`${store} ${day}`, { store, day: dayOfKey(day), at: reported_at });
    }
    for (const { store, day, at } of [...first.values()].sort((a, b) => a.day - b.day)) {
      const offset = at - startOfDay(day, timeZone);
      if (offset > BELATED_MS) continue;
      const offsets = this.#offsets.get(store) ?? [];
      offsets.push(offset);
      this.#offsets.set(store, offsets.slice(-RECENT));
    }
  }

  /** How long after the beginning of a day a store has usually reported it; undefined where that is not known. */
  usually(store: string): number | undefined {
    const offsets = [...(this.#offsets.get(store) ?? [])].sort((a, b) => a - b);
    return offsets.length < FEWEST ? undefined : offsets[Math.ceil(MOSTLY * offsets.length) - 1];
  }

  /** When the report of a day is overdue, in milliseconds since 1970. */
  overdueAt(store: string, day: number): number {
    const usually = this.usually(store);
    return startOfDay(day, this.#timeZone) + (usually === undefined ? UNKNOWN_MS : usually + GRACE_MS);
  }

  /** `by 21:00`, `by 06:30 the next day`; undefined where it is not known. */
  usuallyWords(store: string): string | undefined {
    const usually = this.usually(store);
    if (usually === undefined) return undefined;
    const minutes = Math.ceil(usually / 60_000 / 15) * 15;
    const days = Math.floor(minutes / 1_440);
    const clock = `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    return `by ${clock}${days === 0 ? '' : days === 1 ? ' the next day' : ` ${days} days later`}`;
  }
}
