import { Transform } from 'node:stream';
import type { Batch } from '../batch.ts';
import type { Agreement } from './agreement.ts';
import type { Flow } from './signals.ts';

export interface StageGateOptions {
  readonly agreement: Agreement;
  /** Whether another branch may have the same batches: what goes to the other thread is gone from this one. */
  readonly shared: boolean;
}

/** Before a stage: a checkpoint goes to the other thread when every operator of this one has added its part and kept it, if it keeps any. */
export function stageGate({ agreement, shared }: StageGateOptions): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform(item: Flow, _encoding, callback) {
      if (!('kind' in item)) return callback(null, shared ? copyOf(item) : item);
      // Other signals mean nothing to a plain list.
      if (item.kind !== 'checkpoint') return callback();
      agreement.keptHere(item).then(() => callback(null, item), callback);
    },
  });
}

function copyOf(batch: Batch): Batch {
  const copy = batch.select(Int32Array.from({ length: batch.length }, (_, row) => row));
  copy.hold();
  batch.release();
  return copy;
}
