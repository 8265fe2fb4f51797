import { MAIN } from '../batch.ts';
import { TillstreamError } from '../errors.ts';
import type { OperatorMeter } from '../metrics.ts';
import type { Checkpoint, OperatorCounts, SourcePosition } from '../operator.ts';
import { emptyCounts } from '../tally.ts';
import type { Ended, Flow } from './signals.ts';

const ENDED: Ended = { kind: 'ended', input: MAIN, all: true };

/** What a source sends besides its records. */
export interface Pace {
  /** At one of its positions. */
  at(position: SourcePosition, meter: OperatorMeter): Iterable<Flow>;
  /** After a batch. */
  after(): Iterable<Flow>;
  /** When all has been read. */
  end(meter: OperatorMeter): AsyncIterable<Flow> | Iterable<Flow>;
}

/** The only source of a plain list: each position is a checkpoint. */
export class SoleSource implements Pace {
  #number: number;

  constructor(firstCheckpoint: number) {
    this.#number = firstCheckpoint;
  }

  at(position: SourcePosition, meter: OperatorMeter): Checkpoint[] {
    const counts = { [meter.id]: meter.takeCounts() };
    return [{ kind: 'checkpoint', number: this.#number++, position, states: {}, counts }];
  }

  after(): Flow[] {
    return [];
  }

  end(): Flow[] {
    return [];
  }
}

/** Tells how many batches a source has given since its last checkpoint, where a plan has inputs that are taken in order. */
class Ticks {
  readonly #enabled: boolean;
  #number = 0;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  next(): Flow[] {
    return this.#enabled ? [{ kind: 'tick', number: ++this.#number }] : [];
  }

  reset(): void {
    this.#number = 0;
  }
}

export interface PaceOptions {
  readonly firstCheckpoint: number;
  /** Ids of the plan's nodes in order, in which a checkpoint then lists what they counted. */
  readonly ids: readonly string[];
  readonly ticks: boolean;
  readonly signal: AbortSignal;
}

/** The first source of a graph: its positions are checkpoints, which the other sources are asked to join. */
export class LeadingSource implements Pace {
  readonly #options: PaceOptions;
  readonly #ticks: Ticks;
  readonly #followers: FollowingSource[] = [];
  #number: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#ticks = new Ticks(options.ticks);
    this.#number = options.firstCheckpoint;
  }

  /** For each of the other sources. */
  follower(): FollowingSource {
    const follower = new FollowingSource(this.#options);
    this.#followers.push(follower);
    return follower;
  }

  at(position: SourcePosition, meter: OperatorMeter): Checkpoint[] {
    const counts = Object.fromEntries(this.#options.ids.map((id) => [id, emptyCounts()]));
    counts[meter.id] = takenBySource(meter);
    const checkpoint: Checkpoint = { kind: 'checkpoint', number: this.#number++, position, states: {}, counts };
    this.#ticks.reset();
    for (const follower of this.#followers) follower.ask(checkpoint);
    return [checkpoint];
  }

  after(): Flow[] {
    return this.#ticks.next();
  }

  end(): Flow[] {
    for (const follower of this.#followers) follower.dismiss();
    return [];
  }
}

/**
 * Another source of a graph: joins the checkpoints that it is asked to join, at its next position; the last one only when it has been
 * read to its end.
 */
export class FollowingSource implements Pace {
  readonly #ticks: Ticks;
  readonly #asked: Checkpoint[] = [];
  #last: SourcePosition | null = null;
  #isDismissed = false;
  #wake: () => void = () => {};

  constructor({ ticks, signal }: PaceOptions) {
    this.#ticks = new Ticks(ticks);
    signal.addEventListener('abort', () => this.dismiss(), { once: true });
  }

  /** To be joined. */
  ask(checkpoint: Checkpoint): void {
    this.#asked.push(checkpoint);
    this.#wake();
  }

  /** No more checkpoints will come. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#wake();
  }

  at(position: SourcePosition, meter: OperatorMeter): Flow[] {
    const joined = this.#join(position, meter);
    if (!position.last) return joined;
    this.#last = position;
    return [ENDED, ...joined];
  }

  after(): Flow[] {
    return this.#ticks.next();
  }

  async *end(meter: OperatorMeter): AsyncGenerator<Flow> {
    if (!this.#last) {
      throw new TillstreamError('source_unfinished', `source "${meter.id}" ended without a position marked as last`);
    }
    for (;;) {
      for (const each of this.#join(this.#last, meter)) yield each;
      if (this.#isDismissed && this.#asked.length === 0) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#isDismissed || this.#asked.length > 0) resolve();
      });
    }
  }

  #join(position: SourcePosition, meter: OperatorMeter): Checkpoint[] {
    const waiting = this.#asked.findIndex((checkpoint) => checkpoint.position.last && !position.last);
    const joined = this.#asked.splice(0, waiting < 0 ? this.#asked.length : waiting);
    for (const checkpoint of joined) {
      checkpoint.states[meter.id] = position.state;
      checkpoint.counts[meter.id] = takenBySource(meter);
    }
    if (joined.length > 0) this.#ticks.reset();
    return joined;
  }
}

/** What the source has counted since its last checkpoint. */
function takenBySource(meter: OperatorMeter): OperatorCounts {
  const taken = meter.takeCounts();
  meter.counts.isSource = true;
  return taken;
}
