import type { Batch, FieldValues, Split } from '../batch.ts';
import type { ConformanceRequest } from '../conformance.ts';
import { fillOptions } from '../fill-options.ts';
import type { GivenRecords, Operator } from '../operator.ts';
import type { Services } from '../services.ts';
import { givenBatches, isList, requireInputs } from './given-records.ts';
import { type Outcome, Rehearsal, type Surroundings } from './rehearsal.ts';

/** What every check is given; a check throws an Error that says what is wrong. */
export interface CheckRequest {
  readonly operator: Operator;
  readonly options: Readonly<Record<string, unknown>>;
  /** The same batches, made anew at each call. */
  readonly batches: () => Batch[];
  /** A fresh world at each call. */
  readonly services: () => Services | Promise<Services>;
  /** What a run has left in its world: files, rows. Compared where two runs must leave the same. */
  readonly effects: (services: Services) => unknown;
  readonly split: Split;
}

/** What the operator is run with in that world. */
export function surroundingsOf(request: CheckRequest, services: Services): Surroundings {
  const { operator, options, split } = request;
  return { operator, options: fillOptions(operator, options), services, split };
}

/** The operator in a world of its own; `slow` makes whatever is behind it take its time. */
export async function rehearse(
  request: CheckRequest,
  how: Pick<Surroundings, 'slow' | 'lends'> = {},
): Promise<Rehearsal> {
  return new Rehearsal({ ...surroundingsOf(request, await request.services()), ...how });
}

/** What becomes of the batches in an undisturbed run. */
export async function outcomeOf(
  request: CheckRequest,
  batches: readonly Batch[],
  how: Pick<Surroundings, 'lends'> = {},
): Promise<Outcome> {
  const rehearsal = await rehearse(request, how);
  await rehearsal.process(batches);
  await rehearsal.checkpoint(true);
  await rehearsal.end();
  return rehearsal.outcome;
}

const TRIED_RECORDS = 24;
const SPLIT: Split = { fileId: 0, file: 'conformance.csv', part: 0 };

/** What an author gave, with the operator's example, over and over, where that leaves open what to try it with. */
export function completed(operator: Operator, request: ConformanceRequest): CheckRequest {
  const { example } = operator;
  const { options = example?.options ?? {}, records = repeated(example?.input ?? []) } = request;
  const { services = () => ({}), effects = () => undefined, split = SPLIT } = request;
  requireInputs(operator, records);
  const batches = request.batches ?? (() => givenBatches(operator, structuredClone(records), split));
  return { operator, options, batches, services, effects, split };
}

/** As many as it takes to make several batches of them. */
function repeated(given: GivenRecords): GivenRecords {
  const often = (records: readonly FieldValues[]) =>
    Array.from({ length: records.length === 0 ? 0 : TRIED_RECORDS }, (_, i) => records[i % records.length]!);
  if (isList(given)) return often(given);
  return Object.fromEntries(Object.entries(given).map(([input, records]) => [input, often(records)]));
}
