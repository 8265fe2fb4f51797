import type { TimelinePoint } from '../server-types.ts';

/** A run of some seconds is shown in no less, one of an hour in no more than this. */
const SHORTEST_MS = 4_000;
const LONGEST_MS = 20_000;

/** Goes through a recorded timeline, by hand or by itself. */
export class Scrubber {
  #points = $state.raw<readonly TimelinePoint[]>([]);
  #at = $state(0);
  #isPlaying = $state(false);
  #frame = 0;

  get at(): number {
    return this.#at;
  }
  get last(): number {
    return Math.max(0, this.#points.length - 1);
  }
  get point(): TimelinePoint | null {
    return this.#points[this.#at] ?? null;
  }
  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Another run: its whole timeline is shown from its end. */
  load(points: readonly TimelinePoint[]): void {
    this.pause();
    this.#points = points;
    this.#at = this.last;
  }
  go(index: number): void {
    this.pause();
    this.#at = Math.min(Math.max(0, index), this.last);
  }
  pause(): void {
    cancelAnimationFrame(this.#frame);
    this.#isPlaying = false;
  }
  play(): void {
    if (this.#points.length < 2) return;
    const first = this.#points[0]?.elapsed_ms ?? 0;
    const span = (this.#points.at(-1)?.elapsed_ms ?? 0) - first;
    const speed = span / Math.min(Math.max(span, SHORTEST_MS), LONGEST_MS);
    const from = this.#at >= this.last ? first : (this.point?.elapsed_ms ?? first);
    const begun = performance.now();
    this.#isPlaying = true;
    const step = () => {
      const elapsed = from + (performance.now() - begun) * speed;
      this.#at = this.#points.findLastIndex((point) => point.elapsed_ms <= elapsed);
      if (this.#at >= this.last) this.#isPlaying = false;
      else this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }
}
