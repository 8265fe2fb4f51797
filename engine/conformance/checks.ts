import { deepStrictEqual } from 'node:assert';
import { type Batch, MAIN } from '../batch.ts';
import { fillOptions } from '../fill-options.ts';
import { handled } from '../ledger.ts';
import { sumOf } from '../tally.ts';
import { type CheckRequest, outcomeOf, rehearse } from './check-request.ts';
import { givenBatches } from './given-records.ts';
import { cleansUpAfterAbort, cleansUpAfterError, closes, resumes, stops } from './life-checks.ts';
import { digestOf, resplit, withEmptyRecord } from './material.ts';
import { type Outcome, outputsOf, Rehearsal, recordsOf } from './rehearsal.ts';

const EMPTY_LINE = 100_000_000;

/** The checks by name, in the order in which they are made. */
export const CHECKS: Readonly<Record<string, (request: CheckRequest) => void | Promise<void>>> = {
  'describes its options': describesOptions,
  'does not change its options': keepsOptions,
  'does not change the batches it is given': keepsBatches,
  'keeps nothing of its batches, if it says so': keepsNothing,
  'conserves records': conservesRecords,
  'emits at the end what it holds': flushes,
  'honours backpressure': honoursBackpressure,
  'isolates a bad record': isolatesBadRecord,
  'names its reasons': namesReasons,
  'is deterministic under any batch split': isDeterministic,
  'goes on from a snapshot as if nothing had happened': resumes,
  'lets go of everything on close': closes,
  'cleans up after an abort': cleansUpAfterAbort,
  'cleans up after an error': cleansUpAfterError,
  'stops when it is told to': stops,
  'does what its example says': runsExample,
};

export function describesOptions({ operator }: CheckRequest): void {
  for (const [name, { description }] of Object.entries(operator.options.properties)) {
    if (!description) throw new Error(`option "${name}" has no description`);
  }
}

async function keepsOptions(request: CheckRequest): Promise<void> {
  const options = fillOptions(request.operator, request.options);
  const before = structuredClone(options);
  const services = await request.services();
  const rehearsal = new Rehearsal({ operator: request.operator, options, services, split: request.split });
  await rehearsal.process(request.batches());
  await rehearsal.end();
  deepStrictEqual(options, before);
}

async function keepsBatches(request: CheckRequest): Promise<void> {
  const batches = request.batches();
  const before = request.batches().map(digestOf);
  const rehearsal = await rehearse(request);
  await rehearsal.process(batches);
  await rehearsal.end();
  deepStrictEqual(batches.map(digestOf), before);
}

async function keepsNothing(request: CheckRequest): Promise<void> {
  const { instance } = await rehearse(request);
  await instance.close?.();
  if (!instance.keepsNothing) return;
  const batches = resplit(request.batches(), 3);
  deepStrictEqual(await outcomeOf(request, batches, { lends: true }), await outcomeOf(request, batches));
}

async function conservesRecords(request: CheckRequest): Promise<void> {
  if (request.operator.conserves === false) return;
  const rehearsal = await rehearse(request);
  const batches = resplit(request.batches(), 3);
  const half = Math.floor(batches.length / 2);
  await rehearsal.process(batches.slice(0, half));
  await rehearsal.checkpoint();
  requireConserved(rehearsal);
  await rehearsal.process(batches.slice(half));
  await rehearsal.checkpoint(true);
  requireConserved(rehearsal);
  await rehearsal.end();
  if (sumOf(rehearsal.counts.written).records > 0) return;
  const given = request.batches().filter((batch) => batch.port === MAIN);
  const lines = given.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => batch.provenance.lines[row]!),
  );
  deepStrictEqual([...fates(rehearsal.outcome, request).keys()].sort(byNumber), lines.sort(byNumber));
}

/** As the engine does at every checkpoint. */
function requireConserved({ counts }: Rehearsal): void {
  const accounted = handled(counts).records + sumOf(counts.written).records;
  if (accounted === counts.in.records) return;
  throw new Error(`was given ${counts.in.records} records and accounted for ${accounted}`);
}

const byNumber = (a: number, b: number) => a - b;

/** Line to what became of the record there. */
function fates(outcome: Outcome, { operator, options }: CheckRequest): Map<number, string> {
  const { emitted, filtered, late, deadLettered } = outcome;
  const found = new Map<number, string>();
  for (const port of outputsOf(operator, fillOptions(operator, options))) {
    for (const [line, record] of emitted[port] ?? []) found.set(line, `emitted on ${port} ${JSON.stringify(record)}`);
  }
  for (const [reason, lines] of Object.entries(filtered))
    for (const line of lines) found.set(line, `filtered ${reason}`);
  for (const line of late) found.set(line, 'late');
  for (const [line, code] of deadLettered) found.set(line, `dead-lettered ${code}`);
  return found;
}

async function flushes(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request);
  await rehearsal.process(request.batches());
  await rehearsal.end();
  deepStrictEqual(rehearsal.outcome, await outcomeOf(request, request.batches()));
}

async function honoursBackpressure(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request, { slow: true });
  await rehearsal.process(resplit(request.batches(), 3));
  await rehearsal.checkpoint(true);
  await rehearsal.end();
  if (rehearsal.impatience.length > 0) throw new Error(rehearsal.impatience[0]);
}

async function isolatesBadRecord(request: CheckRequest): Promise<void> {
  const usual = fates(await outcomeOf(request, withRecords(request.batches())), request);
  const disturbed = fates(
    await outcomeOf(request, withRecords(withEmptyRecord(request.batches(), EMPTY_LINE))),
    request,
  );
  disturbed.delete(EMPTY_LINE);
  deepStrictEqual(disturbed, usual);
}

/** Records made beforehand, so that an operator that writes to its batch fails the check for that and not this one. */
function withRecords(batches: readonly Batch[]): readonly Batch[] {
  for (const batch of batches) void batch.records;
  return batches;
}

/** The engine itself uses these two. */
const COMMON_REASONS = ['filtered', 'operator_error'];

async function namesReasons(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request);
  await rehearsal.process(request.batches());
  await rehearsal.end();
  const { filtered, deadLettered } = rehearsal.counts;
  const known = [...COMMON_REASONS, ...Object.keys(request.operator.reasons ?? {})];
  for (const reason of [...Object.keys(filtered), ...Object.keys(deadLettered)]) {
    const given = JSON.stringify(request.options).includes(`"${reason}"`);
    if (!known.includes(reason) && !given) {
      throw new Error(`uses the reason "${reason}", which its spec does not explain`);
    }
  }
}

async function isDeterministic(request: CheckRequest): Promise<void> {
  const usual = await outcomeOf(request, request.batches());
  for (const size of [1, 2, 7, 1000])
    deepStrictEqual(await outcomeOf(request, resplit(request.batches(), size)), usual);
}

async function runsExample(request: CheckRequest): Promise<void> {
  const { example } = request.operator;
  if (!example) return;
  const batches = () => givenBatches(request.operator, example.input, request.split);
  const outcome = await outcomeOf({ ...request, options: example.options, batches }, batches());
  const ports = outputsOf(request.operator, fillOptions(request.operator, example.options));
  deepStrictEqual(
    recordsOf(outcome, ports),
    example.output.map((record) => ({ ...record })),
  );
}
