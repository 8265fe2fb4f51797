import { Batch, type FieldValues, type Split } from '../batch.ts';
import { TillstreamError } from '../errors.ts';
import { suggestion } from '../nearest.ts';
import type { GivenRecords, Operator } from '../operator.ts';
import { batchOf } from './material.ts';
import { inputsOf } from './rehearsal.ts';

export function isList(given: GivenRecords): given is readonly FieldValues[] {
  return Array.isArray(given);
}

/** Throws `unknown_input` where records are given to an input that there isn't. */
export function requireInputs(operator: Operator, given: GivenRecords): void {
  const names = inputsOf(operator);
  const unknown = isList(given) ? undefined : Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownInput(operator.name, unknown, names);
}

/** Batches of these records, one for each input; their `sequence` says which. Lines go on from one input to the next. */
export function givenBatches(operator: Operator, given: GivenRecords, split: Split): Batch[] {
  if (isList(given)) return [batchOf(given, split)];
  const names = inputsOf(operator);
  let line = 1;
  return Object.entries(given).map(([name, records]) => {
    const sequence = names.indexOf(name);
    const { provenance, columns, length } = batchOf(records, split, line);
    line += length;
    return new Batch({ split, sequence, provenance, columns, length });
  });
}

/** The records as they are shown: those of several inputs each under its input's name. */
export function shownRecords(given: GivenRecords): readonly object[] {
  if (isList(given)) return given;
  return Object.entries(given).flatMap(([input, records]) => records.map((record) => ({ [input]: record })));
}

function unknownInput(operator: string, name: string, names: readonly string[]): TillstreamError {
  const what = names.length > 0 ? `has no input "${name}"` : 'has one input: give it a list of records';
  return new TillstreamError('unknown_input', `the operator "${operator}" ${what}${suggestion(name, names)}`);
}
