import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { wait } from './async-map/wait.ts';
import { TokenBucket, type TokenBucketState } from './throttle/token-bucket.ts';

const Options = Type.Object(
  {
    perSecond: Type.Number({ exclusiveMinimum: 0, default: 1000, description: 'Most records a second.' }),
    burst: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Records that may go on at once after a pause; a tenth of `perSecond` unless given.',
      }),
    ),
    onExcess: Type.Union([Type.Literal('wait'), Type.Literal('drop')], {
      default: 'wait',
      description:
        'Records beyond that wait, and with them whatever is before them, up to the reading of the file; or are left out.',
    }),
  },
  { additionalProperties: false },
);

class Throttle implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #bucket: TokenBucket;
  readonly #burst: number;
  readonly #drops: boolean;
  readonly #signal: AbortSignal;

  constructor({ perSecond, burst, onExcess }: Static<typeof Options>, { now, signal }: OperatorContext) {
    this.#burst = burst ?? Math.max(1, Math.round(perSecond / 10));
    this.#bucket = new TokenBucket({ perSecond, burst: this.#burst }, now);
    this.#drops = onExcess === 'drop';
    this.#signal = signal;
  }

  process(batch: Batch, out: Outputs): Promise<void> | void {
    return this.#drops ? this.#drop(batch, out) : this.#wait(batch, out);
  }

  snapshot(): TokenBucketState {
    return this.#bucket.snapshot();
  }

  restore(state: unknown): void {
    this.#bucket.restore(state as TokenBucketState);
  }

  #drop(batch: Batch, out: Outputs): Promise<void> | void {
    const allowed = Math.min(batch.length, this.#bucket.available);
    this.#bucket.take(allowed);
    if (allowed === batch.length) return out.emit(batch);
    out.filtered(batch, rowsBetween(allowed, batch.length), 'throttled');
    return out.emit(batch.select(rowsBetween(0, allowed)));
  }

  async #wait(batch: Batch, out: Outputs): Promise<void> {
    for (let from = 0; from < batch.length; ) {
      const to = Math.min(batch.length, from + this.#burst);
      const delay = this.#bucket.waitFor(to - from);
      if (delay > 0) {
        await wait(delay, this.#signal);
        this.#bucket.waited(delay);
      }
      this.#bucket.take(to - from);
      await out.emit(to - from === batch.length ? batch : batch.select(rowsBetween(from, to)));
      from = to;
    }
  }
}

function rowsBetween(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}

/** Lets no more than so many records a second pass. */
export const throttle = defineOperator({
  name: 'throttle',
  summary: 'Lets at most so many records a second pass.',
  description: [
    'A token bucket: over any time no more than `burst` records and `perSecond` for each second of it. By default nothing is lost: the',
    'records before it wait, and the file is read no faster. With `onExcess: "drop"` which records are left out depends on the clock; use',
    '`sample` for a part that is the same each time.',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: { throttled: 'More records came than the plan lets pass in a second.' },
  example: {
    options: { perSecond: 1, burst: 2, onExcess: 'drop' },
    input: [{ n: 1 }, { n: 2 }, { n: 3 }],
    output: [{ n: 1 }, { n: 2 }],
  },
  create: (options, context) => new Throttle(options, context),
});
