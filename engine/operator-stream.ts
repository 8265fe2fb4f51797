import { Duplex, Readable, Writable } from 'node:stream';
import { type Batch, MAIN, type Split } from './batch.ts';
import { TillstreamError, withContext } from './errors.ts';
import { handled } from './ledger.ts';
import type { OperatorMeter } from './metrics.ts';
import type { Checkpoint, Operator, OperatorInstance, SourceInstance } from './operator.ts';
import { CountedOutputs } from './outputs.ts';
import { addTally, sumOf } from './tally.ts';

/** What flows between operators. */
export type Item = Batch | Checkpoint;

/** Batches that may wait before an operator: those of one thread take turns, so more would only hold memory. */
const QUEUED_BATCHES = 1;

export function isCheckpoint(item: Item): item is Checkpoint {
  return 'kind' in item && item.kind === 'checkpoint';
}

export interface StreamParts {
  readonly meter: OperatorMeter;
  /** The numeric field whose sum the ledger keeps. */
  readonly measure: string;
  readonly split: Split;
}

/** The only place where operators meet `node:stream`: a running operator as a Duplex of {@link Item}s. */
export class OperatorStream extends Duplex {
  readonly #operator: Operator;
  readonly #instance: OperatorInstance;
  readonly #meter: OperatorMeter;
  readonly #split: Split;
  readonly #out: CountedOutputs;
  readonly #ports: readonly string[];
  #roomy = true;
  #flushed = false;
  #awaitingRoom: (() => void) | null = null;
  #line: number | undefined;

  constructor(operator: Operator, instance: OperatorInstance, { meter, measure, split }: StreamParts) {
    super({ objectMode: true, highWaterMark: QUEUED_BATCHES });
    this.#operator = operator;
    this.#instance = instance;
    this.#meter = meter;
    this.#split = split;
    this.#ports = [MAIN, ...(instance.ports ?? [])];
    this.#out = new CountedOutputs(meter, measure, (batch) => this.#pushItem(batch));
    meter.queueDepth = () => this.writableLength;
  }

  override _write(item: Item, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#work(() => this.#handle(item), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#work(() => this.#end(), callback);
  }

  override _read(): void {
    this.#roomy = true;
    this.#awaitingRoom?.();
    this.#awaitingRoom = null;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#awaitingRoom?.();
    // A failure while closing must not hide what brought the stream down.
    closing(this.#instance).then(
      () => callback(error),
      (closeError) => callback(error ?? this.#explained(closeError)),
    );
  }

  /** Does the work in a turn of its own: begun inside the `push` of the operator before, it would count as that one's. */
  #work(work: () => Promise<void>, callback: (error?: Error | null) => void): void {
    setImmediate(() => {
      // What was destroyed meanwhile has been closed, and must not be given more.
      if (this.destroyed) return callback();
      this.#meter.enter('busy');
      work().then(
        () => {
          this.#meter.enter('idle');
          callback();
        },
        (error) => callback(this.#explained(error)),
      );
    });
  }

  async #handle(item: Item): Promise<void> {
    if (isCheckpoint(item)) return this.#checkpoint(item);
    if (!this.#ports.includes(item.port)) return this.#pushItem(item);
    const started = performance.now();
    this.#line = item.provenance.lineOf(0);
    if (item.port === MAIN) this.#out.received(item);
    await this.#instance.process(item, this.#out, MAIN);
    await this.#out.sendLetters();
    this.#line = undefined;
    this.#meter.batchTook(performance.now() - started);
  }

  async #checkpoint(checkpoint: Checkpoint): Promise<void> {
    // What is emitted after the last checkpoint would never be committed.
    if (checkpoint.position.last) await this.#flush();
    await this.#instance.checkpoint?.(this.#out);
    await this.#out.sendLetters();
    const { id } = this.#meter;
    const state = this.#instance.snapshot?.();
    if (state !== undefined) checkpoint.states[id] = state;
    checkpoint.counts[id] = this.#meter.takeCounts();
    this.#requireConserved(checkpoint);
    await this.#instance.commit?.(checkpoint);
    await this.#pushItem(checkpoint);
  }

  async #end(): Promise<void> {
    await this.#flush();
    this.push(null);
  }

  async #flush(): Promise<void> {
    if (this.#flushed) return;
    this.#flushed = true;
    await this.#instance.flush?.(this.#out);
    await this.#out.sendLetters();
  }

  #requireConserved(checkpoint: Checkpoint): void {
    if (this.#operator.conserves === false) return;
    const counts = checkpoint.counts[this.#meter.id]!;
    const total = handled(counts);
    const written = sumOf(counts.written);
    addTally(total, written.records, written.amount);
    if (total.records === counts.in.records) return;
    throw new TillstreamError(
      'records_lost',
      `operator "${this.#meter.id}" was given ${counts.in.records} records and accounted for ${total.records}; ` +
        'each must be emitted, filtered, late or dead-lettered',
    );
  }

  /** Resolves when the next operator has room again. */
  async #pushItem(item: Item): Promise<void> {
    if (!this.#roomy) await this.#room();
    if (this.destroyed) return;
    this.#roomy = this.push(item);
    if (!this.#roomy) await this.#room();
  }

  #room(): Promise<void> {
    if (this.destroyed || this.#roomy) return Promise.resolve();
    this.#meter.enter('backpressured');
    return new Promise((resolve) => {
      this.#awaitingRoom = () => {
        this.#meter.enter('busy');
        resolve();
      };
    });
  }

  #explained(error: unknown): Error {
    const line = this.#line === undefined ? {} : { line: this.#line };
    return withContext(error, { operator: this.#meter.id, file: this.#split.file, ...line });
  }
}

async function closing(instance: { close?(): void | Promise<void> }): Promise<void> {
  await instance.close?.();
}

export interface SourceStream {
  readonly stream: Readable;
  /** Closes a source that was never read from, which its stream would not do. */
  abandon(): Promise<void>;
}

/** The end of a chain: tells of every checkpoint that has passed the last operator. */
export function committedTo(onCommitted: (checkpoint: Checkpoint) => void): Writable {
  return new Writable({
    objectMode: true,
    write(item: Item, _encoding, callback) {
      if (isCheckpoint(item)) onCommitted(item);
      callback();
    },
  });
}

/** A running source as a Readable of {@link Item}s: its batches, its dead letters, and a checkpoint at each position. */
export function sourceStream(source: SourceInstance, parts: StreamParts, firstCheckpoint: number): SourceStream {
  let begun = false;
  async function* begin(): AsyncGenerator<Item> {
    begun = true;
    yield* items(source, parts, firstCheckpoint);
  }
  return {
    stream: Readable.from(begin(), { objectMode: true, highWaterMark: QUEUED_BATCHES }),
    async abandon() {
      if (!begun) await closing(source);
      begun = true;
    },
  };
}

async function* items(
  source: SourceInstance,
  { meter, measure, split }: StreamParts,
  firstCheckpoint: number,
): AsyncGenerator<Item> {
  const letters: Batch[] = [];
  const out = new CountedOutputs(meter, measure, (batch) => void letters.push(batch));
  let number = firstCheckpoint;
  try {
    meter.enterShared();
    for await (const item of source.read(out)) {
      await out.sendLetters();
      meter.leaveShared('backpressured');
      yield* letters.splice(0);
      if ('kind' in item) {
        meter.bytes = item.bytes;
        const counts = meter.takeCounts();
        yield { kind: 'checkpoint', number: number++, position: item, states: {}, counts: { [meter.id]: counts } };
      } else {
        meter.batches++;
        meter.bytes = source.bytes?.() ?? meter.bytes;
        const amount = item.sum(measure) ?? 0;
        meter.counts.found += amount;
        addTally(meter.counts.out, item.length, amount);
        yield item;
      }
      meter.enterShared();
    }
    meter.leaveShared('idle');
  } catch (error) {
    throw withContext(error, { operator: meter.id, file: split.file });
  } finally {
    await closing(source);
  }
}
