import type { Static, TObject } from '@sinclair/typebox';
import { int32s } from './arrays.ts';
import type { Batch, FieldValues } from './batch.ts';
import type { Operator, OperatorContext, OperatorDefinition, OperatorInstance, Outputs } from './operator.ts';

/**
 * Makes an operator from its spec and one of the forms `map`, `filter`, `flatMap`, `create` or `source`.
 * A record function that throws sends that record to the dead letters (`operator_error`) and the rest go on.
 */
export function defineOperator<Options extends TObject>(definition: OperatorDefinition<Options>): Operator {
  if ('source' in definition || 'create' in definition) return Object.freeze({ ...definition }) as unknown as Operator;
  const { map, filter, flatMap, ...spec } = definition as OperatorDefinition<Options> & Record<string, unknown>;
  const run = recordFunctionOf(definition);
  return Object.freeze({
    ...spec,
    conserves: !flatMap,
    create: (options: unknown, context: OperatorContext) => perRecord(run, options as Static<Options>, context),
  }) as unknown as Operator;
}

/** For one record, those to go on with. */
type Made = readonly FieldValues[];

interface RecordFunction<O extends TObject> {
  /** False when records go on as they are, so that their columns can too. A `map` may have written to its record. */
  readonly mayChange: boolean;
  readonly run: (record: FieldValues, options: Static<O>, context: OperatorContext) => Made | Promise<Made>;
}

function recordFunctionOf<O extends TObject>(definition: OperatorDefinition<O>): RecordFunction<O> {
  if ('map' in definition) {
    const { map } = definition;
    return { mayChange: true, run: (r, o, c) => then(map(r, o, c), (made) => [made]) };
  }
  if ('filter' in definition) {
    const { filter } = definition;
    return { mayChange: false, run: (r, o, c) => then(filter(r, o, c), (keep) => (keep ? [r] : [])) };
  }
  if ('flatMap' in definition) return { mayChange: true, run: definition.flatMap };
  throw new TypeError(`operator needs one of map, filter, flatMap, create or source`);
}

function then<A, B>(value: A | Promise<A>, next: (value: A) => B): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

function perRecord<O extends TObject>(
  { run, mayChange }: RecordFunction<O>,
  options: Static<O>,
  context: OperatorContext,
): OperatorInstance {
  const process = async (batch: Batch, out: Outputs) => {
    const kept = new Kept(batch, out, mayChange);
    const { records } = batch;
    for (let row = 0; row < records.length; row++) {
      try {
        const made = run(records[row]!, options, context);
        // Awaiting only promises keeps synchronous functions free of a microtask per record.
        kept.add(row, made instanceof Promise ? await made : made);
      } catch (error) {
        kept.fault(row, error);
      }
    }
    await kept.emit();
  };
  return {
    keepsNothing: true,
    async process(batch, out) {
      for (const part of partsOf(batch)) await process(part, out);
    },
  };
}

/** Records made into objects at a time: of more, the collector would take most for long-lived and move them about, twice the work. */
const MOST_RECORDS = 4_096;

function* partsOf(batch: Batch): Generator<Batch> {
  const { length } = batch;
  if (length <= MOST_RECORDS) yield batch;
  else for (let from = 0; from < length; from += MOST_RECORDS) yield batch.select(rowsBetween(from, length));
}

function rowsBetween(from: number, end: number): Int32Array {
  const rows = int32s(Math.min(MOST_RECORDS, end - from));
  for (let i = 0; i < rows.length; i++) rows[i] = from + i;
  return rows;
}

/** Collects what became of the records of one batch. */
class Kept {
  readonly #batch: Batch;
  readonly #out: Outputs;
  readonly #records: FieldValues[] = [];
  readonly #parents: number[] = [];
  readonly #left: number[] = [];
  readonly #mayChange: boolean;

  constructor(batch: Batch, out: Outputs, mayChange: boolean) {
    this.#batch = batch;
    this.#out = out;
    this.#mayChange = mayChange;
  }

  add(row: number, made: Made): void {
    if (made.length === 0) this.#left.push(row);
    for (const record of made) {
      this.#records.push(record);
      this.#parents.push(row);
    }
  }

  fault(row: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#out.deadLetter(this.#batch, row, [{ code: 'operator_error', message }]);
  }

  emit(): Promise<void> | void {
    if (this.#left.length > 0) this.#out.filtered(this.#batch, Int32Array.from(this.#left), 'filtered');
    const parents = Int32Array.from(this.#parents);
    if (this.#mayChange) return this.#out.emit(this.#batch.withRecords(this.#records, parents));
    return this.#out.emit(parents.length === this.#batch.length ? this.#batch : this.#batch.select(parents));
  }
}
