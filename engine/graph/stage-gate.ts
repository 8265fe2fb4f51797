import { Transform } from 'node:stream';
import type { Agreement } from './agreement.ts';
import type { Flow } from './signals.ts';

/** Before a stage: a checkpoint goes to the other thread when every operator of this one has added its part and kept it, if it keeps any. */
export function stageGate(agreement: Agreement): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform(item: Flow, _encoding, callback) {
      if (!('kind' in item)) return callback(null, item);
      // Other signals mean nothing to a plain list.
      if (item.kind !== 'checkpoint') return callback();
      agreement.keptHere(item).then(() => callback(null, item), callback);
    },
  });
}
