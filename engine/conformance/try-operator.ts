import type { FieldValues } from '../batch.ts';
import type { ConformanceRequest } from '../conformance.ts';
import { fillOptions } from '../fill-options.ts';
import type { Operator } from '../operator.ts';
import { completed, outcomeOf } from './check-request.ts';
import { outputsOf, recordsOf } from './rehearsal.ts';

/** What an operator made of some records; numbers are the records', from 1. */
export interface Trial {
  /** What went on, in order; of several outputs one after the other. */
  readonly records: readonly FieldValues[];
  /** By reason, the records left out. */
  readonly filtered: Readonly<Record<string, readonly number[]>>;
  readonly late: readonly number[];
  readonly deadLetters: readonly { readonly record: number; readonly reason: string }[];
}

/** Gives records to an operator by itself, as a run would, to its end. Throws what the operator throws, and `bad_option`. */
export async function tryOperator(operator: Operator, request: ConformanceRequest = {}): Promise<Trial> {
  const complete = completed(operator, request);
  const outcome = await outcomeOf(complete, complete.batches());
  const { filtered, late, deadLettered } = outcome;
  const ports = outputsOf(operator, fillOptions(operator, complete.options));
  return {
    records: recordsOf(outcome, ports),
    filtered,
    late,
    deadLetters: deadLettered.map(([record, reason]) => ({ record, reason })),
  };
}
