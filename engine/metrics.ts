import type { OperatorCounts } from './operator.ts';
import { addCounts, emptyCounts } from './tally.ts';

/** What an operator is doing: working, waiting for records, or waiting for room downstream. */
export type Activity = 'busy' | 'idle' | 'backpressured';

/** What one operator has done since its run began. Times are milliseconds. */
export interface OperatorMetrics {
  readonly id: string;
  /** Ids of the operators whose records it takes; known to whoever runs the plan. */
  readonly inputs?: readonly string[];
  readonly counts: OperatorCounts;
  readonly batches: number;
  /** Bytes of the split that a source has consumed; 0 for others. */
  readonly bytes: number;
  readonly busyMs: number;
  readonly idleMs: number;
  readonly backpressuredMs: number;
  /** Batches waiting before the operator. */
  readonly queueDepth: number;
  /** Mean time a batch spent in the operator over its recent batches. */
  readonly batchLatencyMs: number;
  /** Event time in seconds since 1970 before which no more records are expected; null while unknown. */
  readonly watermark: number | null;
}

/** All operators at one instant of a run, in plan order. */
export interface MetricsSample {
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
  readonly operators: readonly OperatorMetrics[];
}

const LATENCY_WEIGHT = 0.2;

/** Milliseconds that operators on this thread have been busy. */
let busyOnThread = 0;

/** Counts for one operator. Written to once a batch, never once a record. */
export class OperatorMeter {
  readonly id: string;
  /** Since the last checkpoint. */
  counts: OperatorCounts = emptyCounts();
  batches = 0;
  bytes = 0;
  watermark: number | null = null;
  queueDepth: () => number = () => 0;
  readonly #before = emptyCounts();
  readonly #spent: Record<Activity, number> = { busy: 0, idle: 0, backpressured: 0 };
  #activity: Activity = 'idle';
  #since = performance.now();
  #othersBusy = 0;
  #latencyMs = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** From now on the operator does that. */
  enter(activity: Activity): void {
    if (activity === this.#activity) return;
    this.#settle();
    this.#activity = activity;
  }

  /**
   * Like {@link enter} with `busy`, for a source: it waits for the disk while other operators of its thread work,
   * and their time is not its own.
   */
  enterShared(): void {
    this.enter('busy');
    this.#othersBusy = busyOnThread;
  }

  /** Ends what {@link enterShared} began. */
  leaveShared(next: Activity): void {
    const others = busyOnThread - this.#othersBusy;
    this.enter(next);
    this.#spent.busy -= others;
    this.#spent.idle += others;
    busyOnThread -= others;
  }

  batchTook(ms: number): void {
    this.batches++;
    this.#latencyMs += (ms - this.#latencyMs) * (this.batches === 1 ? 1 : LATENCY_WEIGHT);
  }

  /** The counts since the last checkpoint, which begin anew. */
  takeCounts(): OperatorCounts {
    const taken = this.counts;
    addCounts(this.#before, taken);
    this.counts = emptyCounts();
    return taken;
  }

  read(): OperatorMetrics {
    this.#settle();
    const counts = structuredClone(this.#before);
    addCounts(counts, this.counts);
    const { busy, idle, backpressured } = this.#spent;
    return {
      id: this.id,
      counts,
      batches: this.batches,
      bytes: this.bytes,
      busyMs: busy,
      idleMs: idle,
      backpressuredMs: backpressured,
      queueDepth: this.queueDepth(),
      batchLatencyMs: this.#latencyMs,
      watermark: this.watermark,
    };
  }

  #settle(): void {
    const now = performance.now();
    this.#spent[this.#activity] += now - this.#since;
    if (this.#activity === 'busy') busyOnThread += now - this.#since;
    this.#since = now;
  }
}

/**
 * Milliseconds per second that an operator was busy, idle and backpressured between two samples; they sum to about 1,000. Time that
 * operators share is set right afterwards, so that over a short span one of the three may seem to have gone back: it counts as nothing.
 */
export function shares(now: OperatorMetrics, before?: OperatorMetrics): Record<Activity, number> {
  const busy = Math.max(0, now.busyMs - (before?.busyMs ?? 0));
  const idle = Math.max(0, now.idleMs - (before?.idleMs ?? 0));
  const backpressured = Math.max(0, now.backpressuredMs - (before?.backpressuredMs ?? 0));
  const all = busy + idle + backpressured;
  if (all === 0) return standing(before !== undefined && now.batches > 0);
  const perSecond = (ms: number) => Math.round((ms / all) * 1000);
  return { busy: perSecond(busy), idle: perSecond(idle), backpressured: perSecond(backpressured) };
}

/** No time seems to have passed: its thread is too busy to say anything, or it has not begun. */
function standing(hasBegun: boolean): Record<Activity, number> {
  return { busy: hasBegun ? 1000 : 0, idle: hasBegun ? 0 : 1000, backpressured: 0 };
}

/** Names the operator that sets the pace, in a sentence; empty before anything was measured. */
export function bottleneck(sample: MetricsSample, before?: MetricsSample): string {
  const busiest = sample.operators
    .map((now, index) => ({ id: now.id, index, ...shares(now, before?.operators[index]) }))
    .reduce<{ id: string; index: number; busy: number } | undefined>(
      (a, b) => (a && a.busy >= b.busy ? a : b),
      undefined,
    );
  if (!busiest || busiest.busy === 0) return '';
  const said = `${busiest.id} is busy ${Math.round(busiest.busy / 10)} % of the time`;
  if (busiest.index === 0) return `${said}; everything downstream waits for it`;
  return `${said}; everything upstream waits for it`;
}
