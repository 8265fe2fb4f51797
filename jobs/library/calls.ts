import type { FieldValues } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { type AsyncRecordsOptions, asyncRecords } from '../../operators/async-map/async-records.ts';
import type { Attempt } from '../../operators/async-map/calls.ts';
import type { HeadersOption } from '../../operators/http/headers.ts';
import { closure, type FieldTypesOf, type StepContext } from './closures.ts';
import type { Step } from './parts.ts';

/** What a function is told of the attempt: its number from 1, and the signal that it has taken too long or the run ends. */
export type CallContext = Attempt & { readonly context: StepContext };

/** How calls are made: how many at a time, for how long, how often again, and when a service is spared. All have defaults. */
export interface AsyncMapOptions<Out> extends AsyncRecordsOptions {
  /** Types of fields that the compiler cannot tell, as in `map`. */
  readonly types?: FieldTypesOf<Out>;
}

/**
 * Makes each record into another by something slow that may fail, many at a time; null leaves the record out. What fails is tried
 * again, and after all attempts its record is rejected; a CallError says for which reason, and whether trying again makes sense.
 */
export function asyncMap<In, Out extends object>(
  call: (record: In, attempt: CallContext) => Promise<Out | null>,
  options: AsyncMapOptions<Out> = {},
): Step<In, Out> {
  const { types = {}, ...calls } = options;
  const run = (record: FieldValues, attempt: CallContext) => call(record as In, attempt) as Promise<FieldValues | null>;
  return closure('async-map', call, types, (spec) =>
    defineOperator({ ...spec, create: (_, context) => asyncRecords(run, calls, context) }),
  );
}

/** How requests to a service are made. */
export interface RequestOptions extends Omit<AsyncRecordsOptions, 'concurrency' | 'ordered'> {
  /** Header to its value, or to the environment variable that holds it. */
  readonly headers?: HeadersOption;
  readonly maxResponseBytes?: number;
}
