import type { LiveFile, LiveState, TapSample, Topic } from '../protocol.ts';
import type { TimelinePoint } from '../schemas/operator-point.ts';

/** Parts of the state that are replaced as a whole. */
type Plain = Pick<
  LiveState,
  'run' | 'operators' | 'ledger' | 'kpi' | 'runs' | 'alerts' | 'monitoring' | 'jobs' | 'health'
>;
const PLAIN = [
  'run',
  'operators',
  'ledger',
  'kpi',
  'runs',
  'alerts',
  'monitoring',
  'jobs',
  'health',
] as const satisfies readonly (keyof Plain)[];

/** What a client follows. */
export interface View {
  readonly topics: ReadonlySet<Topic>;
  /** Operator whose records it looks at. */
  readonly tap: string | null;
}

export interface Changes {
  readonly changes: Partial<LiveState>;
  readonly filesGone: readonly string[];
}

const POINTS_KEPT = 240;
const GONE_KEPT = 500;

interface Stamped<T> {
  readonly seq: number;
  readonly value: T;
}

/**
 * Everything there is to see, each part with the sequence number of its last change. What changed since a number is the
 * latest of each part, however much happened in between: nothing is kept for a client.
 */
export class LiveStore {
  #seq = 0;
  readonly #plain = new Map<keyof Plain, number>();
  readonly #values: { -readonly [Key in keyof Plain]: Plain[Key] } = {
    ...{
      run: null,
      operators: [],
      ledger: null,
      kpi: null,
      runs: [],
      alerts: [],
      monitoring: null,
      jobs: [],
      health: null,
    },
  };
  #points: Stamped<TimelinePoint>[] = [];
  /** Number of the last point that is no longer kept. */
  #pointsFrom = 0;
  readonly #files = new Map<string, Stamped<LiveFile>>();
  #gone: Stamped<string>[] = [];
  #goneFrom = 0;
  readonly #taps = new Map<string, Stamped<TapSample>>();
  #onChange: () => void = () => {};

  get seq(): number {
    return this.#seq;
  }

  get<Key extends keyof Plain>(topic: Key): Plain[Key] {
    return this.#values[topic];
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  set<Key extends keyof Plain>(topic: Key, value: Plain[Key]): void {
    this.#values[topic] = value;
    this.#plain.set(topic, this.#next());
  }

  addPoint(point: TimelinePoint): void {
    const last = this.#points.at(-1);
    if (last && point.elapsed_ms < last.value.elapsed_ms) {
      // A new run: whoever still has points of the one before begins anew.
      this.#points = [];
      this.#pointsFrom = this.#seq;
    }
    this.#points.push({ seq: this.#next(), value: point });
    if (this.#points.length > POINTS_KEPT) this.#pointsFrom = this.#points.shift()?.seq ?? 0;
  }

  file(key: string): LiveFile | undefined {
    return this.#files.get(key)?.value;
  }

  files(): LiveFile[] {
    return [...this.#files.values()].map(({ value }) => value);
  }

  putFile(file: LiveFile): void {
    this.#files.set(file.key, { seq: this.#next(), value: file });
    this.#gone = this.#gone.filter(({ value }) => value !== file.key);
  }

  removeFile(key: string): void {
    if (!this.#files.delete(key)) return;
    this.#gone.push({ seq: this.#next(), value: key });
    if (this.#gone.length > GONE_KEPT) this.#goneFrom = this.#gone.shift()?.seq ?? 0;
  }

  setTap(sample: TapSample): void {
    this.#taps.set(sample.operator, { seq: this.#next(), value: sample });
  }

  /** Forgets what was seen at all other operators. */
  keepTaps(operators: ReadonlySet<string>): void {
    for (const operator of this.#taps.keys()) if (!operators.has(operator)) this.#taps.delete(operator);
  }

  /** All that the view follows. */
  snapshot(view: View): Partial<LiveState> {
    const { topics, tap } = view;
    const state: Partial<LiveState> = {};
    for (const topic of PLAIN) if (topics.has(topic)) Object.assign(state, { [topic]: this.#values[topic] });
    if (topics.has('timeline')) state.timeline = this.#points.map(({ value }) => value);
    if (topics.has('files')) state.files = newestFirst(this.files());
    if (topics.has('tap')) state.tap = (tap !== null && this.#taps.get(tap)?.value) || null;
    return state;
  }

  /** What changed since, or null where that is no longer known. */
  since(seq: number, { topics, tap }: View): Changes | null {
    if (seq > this.#seq) return null;
    if (topics.has('timeline') && seq < this.#pointsFrom) return null;
    if (topics.has('files') && seq < this.#goneFrom) return null;
    const changes: Partial<LiveState> = {};
    for (const [topic, changed] of this.#plain) {
      if (changed > seq && topics.has(topic)) Object.assign(changes, { [topic]: this.#values[topic] });
    }
    const points = topics.has('timeline') ? after(this.#points, seq) : [];
    if (points.length > 0) changes.timeline = points;
    const files = topics.has('files') ? after([...this.#files.values()], seq) : [];
    if (files.length > 0) changes.files = newestFirst(files);
    const sample = tap === null || !topics.has('tap') ? undefined : this.#taps.get(tap);
    if (sample && sample.seq > seq) changes.tap = sample.value;
    return { changes, filesGone: topics.has('files') ? after(this.#gone, seq) : [] };
  }

  #next(): number {
    this.#seq++;
    this.#onChange();
    return this.#seq;
  }
}

function after<T>(items: readonly Stamped<T>[], seq: number): T[] {
  return items.filter((item) => item.seq > seq).map(({ value }) => value);
}

function newestFirst(files: readonly LiveFile[]): LiveFile[] {
  return [...files].sort(
    (a, b) => (b.opened_at ?? '~').localeCompare(a.opened_at ?? '~') || a.name.localeCompare(b.name),
  );
}
