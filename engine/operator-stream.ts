import { Duplex, Readable, Writable } from 'node:stream';
import { type Batch, MAIN, type Split } from './batch.ts';
import { TillstreamError, withContext } from './errors.ts';
import type { Agreement } from './graph/agreement.ts';
import type { Pace } from './graph/pace.ts';
import type { Ended, Flow } from './graph/signals.ts';
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
  /** Ports by which records leave; `main` unless given. */
  readonly outputs?: readonly string[];
  /** True where a plan of several ends has one that is not the warehouse: what is emitted there is counted as having left. */
  readonly leaves?: boolean;
  /** With the other branches of a graph; a plain list needs none. */
  readonly agreement?: Agreement;
}

/** The only place where operators meet `node:stream`: a running operator as a Duplex of {@link Flow}. */
export class OperatorStream extends Duplex {
  readonly #operator: Operator;
  readonly #instance: OperatorInstance;
  readonly #meter: OperatorMeter;
  readonly #split: Split;
  readonly #out: CountedOutputs;
  readonly #agreement: Agreement | undefined;
  /** Ports whose batches it takes. */
  readonly ports: readonly string[];
  #roomy = true;
  #flushed = false;
  #awaitingRoom: (() => void) | null = null;
  #line: number | undefined;

  constructor(operator: Operator, instance: OperatorInstance, parts: StreamParts) {
    const { meter, measure, split, agreement, outputs, leaves } = parts;
    super({ objectMode: true, highWaterMark: QUEUED_BATCHES });
    this.#operator = operator;
    this.#instance = instance;
    this.#meter = meter;
    this.#split = split;
    this.#agreement = agreement;
    this.ports = [MAIN, ...(instance.ports ?? [])];
    const push = (batch: Batch) => this.#pushItem(batch);
    this.#out = new CountedOutputs(meter, measure, push, {
      ...(outputs && { ports: outputs }),
      ...(leaves && { leaves }),
      keepsNothing: instance.keepsNothing === true,
    });
    meter.queueDepth = () => this.writableLength;
  }

  get id(): string {
    return this.#meter.id;
  }

  get ordered(): boolean {
    return this.#instance.ordered === true;
  }

  /** Whether it makes durable what it was given, at every checkpoint. */
  get commits(): boolean {
    return this.#instance.commit !== undefined;
  }

  override _write(item: Flow, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
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

  #handle(item: Flow): Promise<void> {
    if (!('kind' in item)) return this.#take(item, MAIN);
    if (item.kind === 'arrival') return this.#take(item.batch, item.input);
    if (item.kind === 'checkpoint') return this.#checkpoint(item);
    if (item.kind === 'ended') return this.#inputEnded(item);
    return this.#passOn(item);
  }

  async #take(batch: Batch, input: string): Promise<void> {
    if (!this.ports.includes(batch.port)) await this.#pushItem(batch);
    else {
      if (!this.#instance.keepsNothing) batch.keep();
      const started = performance.now();
      this.#line = batch.provenance.lineOf(0);
      if (batch.port === MAIN) this.#out.received(batch);
      // Nothing is awaited that need not be: each time costs what several thousand additions do.
      const processed = this.#instance.process(batch, this.#out, input);
      if (processed) await processed;
      if (this.#out.hasLetters) await this.#out.sendLetters();
      this.#line = undefined;
      this.#meter.batchTook(performance.now() - started);
    }
    batch.release();
  }

  async #passOn(item: Flow): Promise<void> {
    await this.#pushItem(item);
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
    if (this.#agreement) return this.#agree(checkpoint, this.#agreement);
    await this.#instance.commit?.(checkpoint);
    await this.#pushItem(checkpoint);
  }

  /** What is behind this operator adds its part to the checkpoint as well before any of them commits. */
  async #agree(checkpoint: Checkpoint, agreement: Agreement): Promise<void> {
    agreement.given(checkpoint);
    await this.#pushItem(checkpoint);
    if (!this.#instance.commit) return;
    this.#meter.enter('idle');
    await agreement.everyone(checkpoint);
    this.#meter.enter('busy');
    await this.#instance.commit(checkpoint);
    agreement.committed(checkpoint);
  }

  async #inputEnded({ input, all }: Ended): Promise<void> {
    if (this.#operator.inputs) {
      await this.#instance.ended?.(input, this.#out);
      await this.#out.sendLetters();
    }
    if (!all) return;
    await this.#flush();
    await this.#pushItem({ kind: 'ended', input: MAIN, all: true });
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
  #pushItem(item: Flow): Promise<void> | void {
    // For whoever takes it; released there.
    if (!('kind' in item)) item.hold();
    return this.#roomy ? this.#pushNow(item) : this.#room().then(() => this.#pushNow(item));
  }

  #pushNow(item: Flow): Promise<void> | void {
    if (this.destroyed) return;
    this.#roomy = this.push(item);
    if (!this.#roomy) return this.#room();
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
    write(item: Flow, _encoding, callback) {
      if (!('kind' in item)) item.release();
      else if (item.kind === 'checkpoint') onCommitted(item);
      callback();
    },
  });
}

/** A running source as a Readable of its batches, its dead letters, and checkpoints at its positions as `pace` has them. */
export function sourceStream(source: SourceInstance, parts: StreamParts, pace: Pace): SourceStream {
  let begun = false;
  async function* begin(): AsyncGenerator<Flow> {
    begun = true;
    yield* items(source, parts, pace);
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
  pace: Pace,
): AsyncGenerator<Flow> {
  const letters: Batch[] = [];
  const keepsNothing = source.keepsNothing === true;
  const push = (batch: Batch) => {
    batch.hold();
    letters.push(batch);
  };
  const out = new CountedOutputs(meter, measure, push, { keepsNothing });
  try {
    meter.enterShared();
    for await (const item of source.read(out)) {
      await out.sendLetters();
      meter.leaveShared('backpressured');
      // Not `yield*`: a stream that is destroyed throws into this generator, which a list cannot take.
      for (const batch of letters.splice(0)) yield batch;
      if ('kind' in item) {
        meter.bytes = item.bytes;
        for (const each of pace.at(item, meter)) yield each;
      } else {
        meter.batches++;
        meter.bytes = source.bytes?.() ?? meter.bytes;
        const amount = item.sum(measure) ?? 0;
        meter.counts.found += amount;
        addTally(meter.counts.out, item.length, amount);
        if (!keepsNothing) item.keep();
        item.hold();
        yield item;
        for (const each of pace.after()) yield each;
      }
      meter.enterShared();
    }
    meter.leaveShared('idle');
    for await (const each of pace.end(meter)) yield each;
  } catch (error) {
    throw withContext(error, { operator: meter.id, file: split.file });
  } finally {
    await closing(source);
  }
}
