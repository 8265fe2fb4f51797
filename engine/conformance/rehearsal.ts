import { setImmediate } from 'node:timers/promises';
import { type Batch, DEAD_LETTER, type FieldValues, MAIN, type Split } from '../batch.ts';
import { fillReturned } from '../memory.ts';
import { OperatorMeter } from '../metrics.ts';
import type { Checkpoint, Operator, OperatorContext, OperatorInstance, Outputs, SourcePosition } from '../operator.ts';
import { CountedOutputs } from '../outputs.ts';
import { type Services, serviceFrom } from '../services.ts';
import { addCounts, addTally, emptyCounts } from '../tally.ts';
import { describe } from './material.ts';

/** What became of the records that an operator was given. Lines tell which. */
export interface Outcome {
  /** By port: what was emitted, in order, each with its line. */
  readonly emitted: Record<string, [line: number, record: FieldValues][]>;
  /** By port and field: type and scale. */
  readonly types: Record<string, Record<string, string>>;
  readonly filtered: Record<string, number[]>;
  readonly late: number[];
  readonly deadLettered: [line: number, code: string][];
  /** By outcome. */
  readonly written: Record<string, number>;
}

export interface Surroundings {
  readonly operator: Operator;
  readonly options: Record<string, unknown>;
  readonly services: Services;
  readonly split: Split;
  /** Makes every emit wait a turn of the event loop, as a busy operator behind it would. */
  readonly slow?: boolean;
  /** Gives it copies of the batches, in memory that is filled with garbage when it has done with them. */
  readonly lends?: boolean;
}

/** Clock and randomness stand still, so that two runs differ only if the operator does. */
const NOW = Date.UTC(2026, 0, 1);
const ID = 'rehearsed';
/** What memory is filled with that an operator says it does not look at again. */
const GARBAGE = 0xa5;

/** Runs one operator by itself, as the engine would, and keeps what becomes of its records. */
export class Rehearsal {
  readonly outcome: Outcome = { emitted: {}, types: {}, filtered: {}, late: [], deadLettered: [], written: {} };
  readonly abort = new AbortController();
  /** Breaches of backpressure, in words. */
  readonly impatience: string[] = [];
  readonly instance: OperatorInstance;
  readonly #meter = new OperatorMeter(ID);
  readonly #counted: CountedOutputs;
  readonly #out: Outputs;
  readonly #surroundings: Surroundings;
  #waiting = 0;
  #flushed = false;
  #checkpoints: number;

  /** `resume`: the operator's state at the last checkpoint of an earlier run, and how many checkpoints that had. */
  constructor(surroundings: Surroundings, resume: { state: unknown; checkpoints: number } | null = null) {
    this.#surroundings = surroundings;
    this.#checkpoints = resume?.checkpoints ?? 0;
    this.instance = surroundings.operator.create!(surroundings.options, this.#context());
    if (resume && resume.state !== undefined) this.instance.restore?.(resume.state);
    const ports = outputsOf(surroundings.operator, surroundings.options);
    this.#counted = new CountedOutputs(this.#meter, 'revenue', (batch) => this.#takeHeld(batch), {
      ports,
      keepsNothing: this.instance.keepsNothing === true,
    });
    this.#out = this.#recording();
  }

  /** Records in that the operator has accounted for, see {@link OperatorMeter}. */
  get counts() {
    return this.#meter.read().counts;
  }

  async process(batches: readonly Batch[]): Promise<void> {
    const ports = [MAIN, ...(this.instance.ports ?? [])];
    for (const batch of batches) {
      if (!ports.includes(batch.port)) await this.#take(batch);
      else await this.#processOne(batch);
    }
  }

  /** A checkpoint passes; gives the operator's state. With the last one, no more records will come. */
  async checkpoint(last = false): Promise<unknown> {
    if (last) await this.#flush();
    await this.instance.checkpoint?.(this.#out);
    await this.#settled('checkpoint');
    const state = this.instance.snapshot?.();
    const kept = state === undefined ? undefined : JSON.parse(JSON.stringify(state));
    await this.instance.commit?.(this.#checkpoint(kept, last));
    return kept;
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.instance.close?.();
  }

  async #flush(): Promise<void> {
    if (this.#flushed) return;
    this.#flushed = true;
    for (const input of inputsOf(this.#surroundings.operator)) await this.instance.ended?.(input, this.#out);
    await this.instance.flush?.(this.#out);
    await this.#settled('flush');
  }

  async #processOne(batch: Batch): Promise<void> {
    // Whoever gave it may look at it again.
    batch.keep();
    const lent = this.#surroundings.lends ? copyOf(batch) : batch;
    lent.hold();
    if (batch.port === MAIN) this.#counted.received(lent);
    await this.instance.process(lent, this.#out, inputOf(this.#surroundings.operator, batch));
    await this.#settled('process');
    const before = fillReturned(GARBAGE);
    lent.release();
    fillReturned(before);
  }

  async #settled(method: string): Promise<void> {
    if (this.#waiting > 0) this.impatience.push(`${method} ended before what it had emitted was taken`);
    while (this.#waiting > 0) await setImmediate();
    await this.#counted.sendLetters();
  }

  #context(): OperatorContext {
    const { operator, services, split } = this.#surroundings;
    const { signal } = this.abort;
    const inputs = operator.inputs && { inputs: inputsOf(operator) };
    const service = <T>(name: string) => serviceFrom<T>(services, name);
    return { id: ID, ...inputs, split, signal, now: () => NOW, random: () => 0.5, service };
  }

  /** Counts for a source that has read just what came, and for the operator. */
  #checkpoint(state: unknown, last: boolean): Checkpoint {
    const counts = this.#meter.takeCounts();
    const source = emptyCounts();
    addTally(source.out, counts.in.records, counts.in.amount);
    source.found = counts.in.amount;
    const copy = emptyCounts();
    addCounts(copy, counts);
    const position: SourcePosition = { kind: 'position', bytes: 0, state: this.#checkpoints, last };
    const states = state === undefined ? {} : { [ID]: state };
    return { kind: 'checkpoint', number: this.#checkpoints++, position, states, counts: { source, [ID]: copy } };
  }

  async #takeHeld(batch: Batch): Promise<void> {
    batch.hold();
    await this.#take(batch);
    batch.release();
  }

  async #take(batch: Batch): Promise<void> {
    if (this.#waiting > 0) this.impatience.push('emitted again before what it had emitted was taken');
    const { port, provenance, records, columns } = batch;
    if (port === DEAD_LETTER) return this.#takeLetters(batch);
    this.outcome.emitted[port] ??= [];
    for (let row = 0; row < batch.length; row++) {
      this.outcome.emitted[port].push([provenance.lines[row]!, { ...records[row]! }]);
    }
    const types = [...columns].map(([name, column]) => [name, describe(column)]);
    this.outcome.types[port] = { ...this.outcome.types[port], ...Object.fromEntries(types) };
    if (!this.#surroundings.slow) return;
    this.#waiting++;
    await setImmediate();
    this.#waiting--;
  }

  #takeLetters(batch: Batch): void {
    const reasons = batch.column('reason');
    for (let row = 0; row < batch.length; row++) {
      this.outcome.deadLettered.push([batch.provenance.lines[row]!, String(reasons.get(row))]);
    }
  }

  #recording(): Outputs {
    const counted = this.#counted;
    const { filtered, late, written } = this.outcome;
    const linesOf = (batch: Batch, rows: Int32Array) => Array.from(rows, (row) => batch.provenance.lines[row]!);
    return {
      emit: (batch) => counted.emit(batch),
      deadLetter: (batch, row, faults) => counted.deadLetter(batch, row, faults),
      watermark: (seconds) => counted.watermark(seconds),
      filtered: (batch, rows, reason) => {
        filtered[reason] = [...(filtered[reason] ?? []), ...linesOf(batch, rows)];
        counted.filtered(batch, rows, reason);
      },
      late: (batch, rows) => {
        late.push(...linesOf(batch, rows));
        counted.late(batch, rows);
      },
      written: (tallies) => {
        for (const [name, { records }] of Object.entries(tallies)) written[name] = (written[name] ?? 0) + records;
        counted.written(tallies);
      },
    };
  }
}

/** The same records, in memory that is used again. */
function copyOf(batch: Batch): Batch {
  return batch.select(Int32Array.from({ length: batch.length }, (_, row) => row));
}

/** What its inputs are called, where it has several; one that takes any number is tried with two. */
export function inputsOf({ inputs }: Operator): readonly string[] {
  return inputs === 'any' ? ['0', '1'] : (inputs ?? []);
}

/** Where a batch comes in. */
export function inputOf(operator: Operator, { sequence }: Batch): string {
  const inputs = inputsOf(operator);
  return inputs[sequence % inputs.length] ?? MAIN;
}

/** The ports by which records leave it. */
export function outputsOf({ outputs }: Operator, options: Record<string, unknown>): readonly string[] {
  return outputs?.(options) ?? [MAIN];
}

/** The records that left by these ports, port after port. */
export function recordsOf({ emitted }: Outcome, ports: readonly string[]): FieldValues[] {
  return ports.flatMap((port) => (emitted[port] ?? []).map(([, record]) => record));
}

/** Two outcomes, one after the other. */
export function joined(first: Outcome, second: Outcome): Outcome {
  const lists = <T>(a: Record<string, T[]>, b: Record<string, T[]>) =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((k) => [k, [...(a[k] ?? []), ...(b[k] ?? [])]]),
    );
  const written = { ...first.written };
  for (const [name, records] of Object.entries(second.written)) written[name] = (written[name] ?? 0) + records;
  return {
    emitted: lists(first.emitted, second.emitted),
    types: { ...first.types, ...second.types },
    filtered: lists(first.filtered, second.filtered),
    late: [...first.late, ...second.late],
    deadLettered: [...first.deadLettered, ...second.deadLettered],
    written,
  };
}
