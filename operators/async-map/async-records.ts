import type { FieldValues } from '../../engine/batch.ts';
import type { Fault, OperatorContext, OperatorInstance } from '../../engine/operator.ts';
import { type Answer, AsyncBatches, type AsyncWork } from './async-batches.ts';
import type { CallOptions } from './call-options.ts';
import { type Attempt, Calls } from './calls.ts';

/** How {@link asyncRecords} calls its function. All have defaults. */
export interface AsyncRecordsOptions extends Partial<Omit<CallOptions, 'retry' | 'breaker'>> {
  readonly retry?: Partial<CallOptions['retry']>;
  readonly breaker?: Partial<CallOptions['breaker']>;
  /** Calls under way at a time, 8 unless given. */
  readonly concurrency?: number;
  /** Whether records go on in the order in which they came; they do unless this is false. */
  readonly ordered?: boolean;
}

const DEFAULTS = {
  timeoutMs: 10_000,
  retry: { attempts: 4, firstDelayMs: 250, maxDelayMs: 30_000 },
  breaker: { failures: 10, openMs: 30_000 },
} as const satisfies CallOptions;

/** Makes of a record another, taking its time; null leaves the record out. `signal` says when it has taken too long. */
export type AsyncRecordFunction = (
  record: FieldValues,
  attempt: Attempt & { readonly context: OperatorContext },
) => Promise<FieldValues | null>;

/**
 * The operator instance that calls `fn` for each record, many at a time, with time limit, repetition and circuit breaker.
 * A function that goes on failing makes a dead letter of its record; one that throws a CallError chooses its reason and whether
 * trying again makes sense. Records left out count as `filtered`.
 */
export function asyncRecords(
  fn: AsyncRecordFunction,
  { concurrency = 8, ordered = true, ...given }: AsyncRecordsOptions,
  context: OperatorContext,
): OperatorInstance {
  const retry = { ...DEFAULTS.retry, ...given.retry };
  const breaker = { ...DEFAULTS.breaker, ...given.breaker };
  const calls = new Calls({ ...DEFAULTS, ...given, retry, breaker }, context);
  const work: AsyncWork<FieldValues> = {
    ask: (batch, rows) =>
      Promise.all(
        rows.map(async (row) =>
          answerOf(await calls.run((attempt) => fn(batch.records[row]!, { ...attempt, context }))),
        ),
      ),
    assemble: (batch, records) =>
      batch.withRecords(
        records,
        Int32Array.from(records, (_, row) => row),
      ),
    close: () => calls.close(),
  };
  return new AsyncBatches(work, { concurrency, ordered, groupSize: 1 });
}

type Called = { readonly value: FieldValues | null } | { readonly fault: Fault };

function answerOf(called: Called): Answer<FieldValues> {
  if ('fault' in called) return called;
  return called.value === null ? { leftOut: 'filtered' } : { value: called.value };
}
