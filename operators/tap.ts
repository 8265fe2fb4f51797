import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { textReader } from './values/cell-text.ts';

/** One record as the live view shows it: texts as people write them, null where a value is missing. */
export interface TappedRecord {
  readonly line: number;
  readonly values: Readonly<Record<string, string | null>>;
}

/** The last records that a tap has seen, oldest first. */
export interface TapSample {
  /** Id of the tap in its plan. */
  readonly operator: string;
  readonly file: string;
  /** Records that have passed the tap so far. */
  readonly seen: number;
  readonly records: readonly TappedRecord[];
}

/** The service `tap`: whoever shows records while they flow. */
export interface TapService {
  /** Whether someone looks; asked once a batch. */
  isWatched(): boolean;
  show(sample: TapSample): void;
}

const Options = Type.Object({
  every: Type.Integer({ minimum: 1, description: 'Shows every n-th record.', default: 1000 }),
  keep: Type.Integer({ minimum: 1, maximum: 1000, description: 'How many of the last ones to show.', default: 20 }),
});

class Tap implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Static<typeof Options>;
  readonly #context: OperatorContext;
  readonly #service: TapService | null;
  #seen = 0;
  #records: TappedRecord[] = [];

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#service = tapService(context);
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    if (this.#service?.isWatched()) this.#show(batch, this.#service);
    this.#seen += batch.length;
    return out.emit(batch);
  }

  #show(batch: Batch, service: TapService): void {
    const { every, keep } = this.#options;
    const first = (every - (this.#seen % every)) % every;
    // Only the last `keep` of the batch can be among the last `keep` of all.
    const count = Math.max(0, Math.ceil((batch.length - first) / every));
    const from = first + Math.max(0, count - keep) * every;
    const fields = [...batch.columns].map(([name, column]) => [name, textReader(column)] as const);
    for (let row = from; row < batch.length; row += every) {
      const values = Object.fromEntries(fields.map(([name, textOf]) => [name, textOf(row)]));
      this.#records.push({ line: batch.provenance.lines[row]!, values });
    }
    if (count === 0) return;
    this.#records = this.#records.slice(-keep);
    const { id, split } = this.#context;
    service.show({ operator: id, file: split.file, seen: this.#seen + batch.length, records: this.#records });
  }
}

function tapService(context: OperatorContext): TapService | null {
  try {
    return context.service<TapService>('tap');
  } catch (error) {
    if (error instanceof TillstreamError && error.code === 'unknown_service') return null;
    throw error;
  }
}

/** Shows some of the records that pass to whoever looks, and costs nothing when nobody does. */
export const tap = defineOperator({
  name: 'tap',
  summary: 'Shows sampled records to the live view.',
  description:
    'Every n-th record is handed to the service `tap`, at most once a batch and only while somebody looks. ' +
    'Batches pass untouched. Where there is no such service the tap does nothing.',
  stability: 'stable',
  options: Options,
  example: { options: { every: 2 }, input: [{ n: 1 }, { n: 2 }], output: [{ n: 1 }, { n: 2 }] },
  create: (options, context) => new Tap(options, context),
});
