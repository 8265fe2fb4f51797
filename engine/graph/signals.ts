import type { Batch } from '../batch.ts';
import type { Checkpoint } from '../operator.ts';

/** A batch that has come in at one of several inputs. */
export interface Arrival {
  readonly kind: 'arrival';
  readonly input: string;
  readonly batch: Batch;
}

/** No more batches will come in there; `all`: nor anywhere else. */
export interface Ended {
  readonly kind: 'ended';
  readonly input: string;
  readonly all: boolean;
}

/** All that was made of the first `number` batches that the source has given since the last checkpoint has come by here. */
export interface Tick {
  readonly kind: 'tick';
  readonly number: number;
}

/** What flows through a graph. In a plan that is a plain list there are only batches and checkpoints. */
export type Flow = Batch | Checkpoint | Arrival | Ended | Tick;
