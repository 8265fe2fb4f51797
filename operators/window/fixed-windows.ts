import { type GroupKey, groupKey } from '../held/group-key.ts';
import type { Arrival, PackedPane, Pane, Panes, Verdict, WindowTable } from './pane.ts';

/** When windows begin and how long they are, in seconds. Begin at `offset` and every `slide` after it, for all time. */
export interface Rhythm {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly panes: Map<GroupKey, Pane>;
}

/** Windows of one size: tumbling ones, or sliding ones that overlap. A record is late when all its windows have closed for good. */
export class FixedWindows implements WindowTable {
  readonly #rhythm: Rhythm;
  readonly #panes: Panes;
  readonly #byStart = new Map<number, Window>();
  /** By start; those that have closed come first. */
  readonly #windows: Window[] = [];
  #closed = 0;
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(rhythm: Rhythm, panes: Panes) {
    this.#rhythm = rhythm;
    this.#panes = panes;
  }

  add(record: Arrival): Verdict {
    const starts = this.#startsOf(record.time);
    if (starts.length === 0) return 'late';
    const key = groupKey(record.key);
    const panes = starts.map((start) => this.#byStart.get(start)?.panes.get(key) ?? null);
    const verdict = this.#panes.verdict(panes, record.values);
    if (verdict !== 'taken') return verdict;
    starts.forEach((start, i) => {
      const pane = panes[i] ?? this.#newPane(start, key, record);
      this.#panes.add(pane, record, pane.end <= this.#watermark);
    });
    return 'taken';
  }

  close(watermark: number): void {
    this.#watermark = watermark;
    for (; this.#closed < this.#windows.length; this.#closed++) {
      const window = this.#windows[this.#closed]!;
      if (window.end > watermark) break;
      for (const pane of window.panes.values()) this.#panes.tell(pane, 'on_time');
    }
    let gone = 0;
    while (gone < this.#closed && this.#isGone(this.#windows[gone]!.end)) this.#forget(this.#windows[gone++]!);
    this.#windows.splice(0, gone);
    this.#closed -= gone;
  }

  tellEarly(): void {
    for (const { panes } of this.#windows.slice(this.#closed)) {
      for (const pane of panes.values()) if (pane.fresh > 0) this.#panes.tell(pane, 'early');
    }
  }

  snapshot(): PackedPane[] {
    return this.#windows.flatMap(({ panes }) => [...panes.values()].map((pane) => this.#panes.pack(pane)));
  }

  restore(state: unknown, watermark: number): void {
    this.#watermark = watermark;
    for (const packed of state as readonly PackedPane[]) {
      const pane = this.#panes.unpack(packed);
      this.#window(pane.start).panes.set(groupKey(pane.key), pane);
    }
  }

  /** The windows that the time is in, the earliest first, without those that have closed for good. */
  #startsOf(time: number): number[] {
    const { size, slide, offset } = this.#rhythm;
    const starts: number[] = [];
    for (let start = Math.floor((time - offset) / slide) * slide + offset; start + size > time; start -= slide) {
      if (!this.#isGone(start + size)) starts.unshift(start);
    }
    return starts;
  }

  #isGone(end: number): boolean {
    return end + this.#panes.options.allowedLatenessSeconds <= this.#watermark;
  }

  #newPane(start: number, key: GroupKey, record: Arrival): Pane {
    const window = this.#window(start);
    const pane = this.#panes.make(start, window.end, record);
    window.panes.set(key, pane);
    return pane;
  }

  #window(start: number): Window {
    const known = this.#byStart.get(start);
    if (known) return known;
    const window: Window = { start, end: start + this.#rhythm.size, panes: new Map() };
    this.#byStart.set(start, window);
    // Most new windows are the last ones.
    const before = this.#windows.findLastIndex((each) => each.start < start);
    this.#windows.splice(before + 1, 0, window);
    if (window.end <= this.#watermark) this.#closed++;
    return window;
  }

  #forget({ start, panes }: Window): void {
    this.#byStart.delete(start);
    for (const pane of panes.values()) this.#panes.forget(pane);
  }
}
