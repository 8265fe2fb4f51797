import type { Value } from '../../engine/column.ts';
import type { AggregateSet, Values } from './aggregates.ts';
import type { Packed, State } from './operations.ts';

/** Why a result is told: the window is still open, has closed, got a record after that, or is part of another now. */
export type Firing = 'early' | 'on_time' | 'late' | 'retracted';

/** Where a record stands in its file. */
export interface Place {
  readonly line: number;
  readonly offset: number;
}

/** A record as windows see it. */
export interface Arrival {
  readonly time: number;
  readonly key: readonly Value[];
  readonly values: Values;
  readonly place: Place;
}

/** What one window holds of one group. */
export interface Pane {
  start: number;
  end: number;
  readonly key: readonly Value[];
  states: State[];
  /** Records since it was last told of. */
  fresh: number;
  /** How often it has been told of. */
  revision: number;
  /** Of the record that it began with. */
  place: Place;
}

/** A pane that is told of. */
export interface Fired {
  readonly start: number;
  readonly end: number;
  readonly key: readonly Value[];
  readonly results: Values | null;
  readonly firing: Firing;
  readonly revision: number;
  readonly place: Place;
}

export type PackedPane = readonly [
  start: number,
  end: number,
  fresh: number,
  revision: number,
  line: number,
  offset: number,
  key: readonly Value[],
  states: readonly Packed[],
];

/** What became of a record: part of its windows, too late for all of them, too much to hold, or too large to add up. */
export type Verdict = 'taken' | 'late' | 'state_full' | 'amount_overflow';

export interface PaneOptions {
  readonly allowedLatenessSeconds: number;
  readonly earlyRecords: number;
  readonly maxState: number;
}

/** The windows of one kind that are open, by group. */
export interface WindowTable {
  /** Adds a record, of which the watermark has been told. */
  add(record: Arrival): Verdict;
  /** Tells of the windows that end by the watermark, and forgets those that no record can reach any more. */
  close(watermark: number): void;
  /** Tells of the open windows in which there is something new. */
  tellEarly(): void;
  snapshot(): unknown;
  /** Takes up what {@link snapshot} gave, when the watermark stood there. */
  restore(state: unknown, watermark: number): void;
}

/** Makes panes, counts what they hold and tells of them. */
export class Panes {
  readonly aggregates: AggregateSet;
  readonly options: PaneOptions;
  /** How many panes there are, and values in them. */
  held = 0;
  readonly #tell: (fired: Fired) => void;

  constructor(aggregates: AggregateSet, options: PaneOptions, tell: (fired: Fired) => void) {
    this.aggregates = aggregates;
    this.options = options;
    this.#tell = tell;
  }

  make(start: number, end: number, { key, place }: Arrival): Pane {
    this.held++;
    return { start, end, key, states: this.aggregates.start(), fresh: 0, revision: 0, place };
  }

  /** Whether a record fits into these panes; null stands for one that is not there yet. */
  verdict(panes: readonly (Pane | null)[], values: Values): Verdict {
    let more = 0;
    for (const pane of panes) {
      const states = pane?.states ?? this.aggregates.start();
      if (!this.aggregates.fits(states, values)) return 'amount_overflow';
      more += (pane ? 0 : 1) + this.aggregates.growth(states, values);
    }
    return more > 0 && this.held + more > this.options.maxState ? 'state_full' : 'taken';
  }

  /** Adds a record and tells of the pane if it is late or has enough that is new. */
  add(pane: Pane, { values, time }: Arrival, isLate: boolean): void {
    this.held += this.aggregates.growth(pane.states, values);
    this.aggregates.add(pane.states, values, time);
    pane.fresh++;
    const { earlyRecords } = this.options;
    if (isLate) this.tell(pane, 'late');
    else if (earlyRecords > 0 && pane.fresh >= earlyRecords) this.tell(pane, 'early');
  }

  tell(pane: Pane, firing: Firing): void {
    const results = firing === 'retracted' ? null : this.aggregates.results(pane.states);
    this.#tell({ ...pane, results, firing });
    pane.revision++;
    pane.fresh = 0;
  }

  forget(pane: Pane): void {
    this.held -= this.#weight(pane);
  }

  /** Adds the later pane to the earlier one; the later is no more. */
  merge(earlier: Pane, later: Pane): void {
    this.held -= this.#weight(earlier) + this.#weight(later);
    earlier.states = this.aggregates.merged(earlier.states, later.states);
    earlier.fresh += later.fresh;
    this.held += this.#weight(earlier);
  }

  pack({ start, end, fresh, revision, place, key, states }: Pane): PackedPane {
    return [start, end, fresh, revision, place.line, place.offset, key, this.aggregates.pack(states)];
  }

  unpack([start, end, fresh, revision, line, offset, key, packed]: PackedPane): Pane {
    const pane = { start, end, key, states: this.aggregates.unpack(packed), fresh, revision, place: { line, offset } };
    this.held += this.#weight(pane);
    return pane;
  }

  #weight(pane: Pane): number {
    return 1 + this.aggregates.weight(pane.states);
  }
}
