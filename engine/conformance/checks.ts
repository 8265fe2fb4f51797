import { deepStrictEqual } from 'node:assert';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Split } from '../batch.ts';
import { fillOptions } from '../define-operator.ts';
import { handled } from '../ledger.ts';
import type { Operator } from '../operator.ts';
import type { Services } from '../services.ts';
import { sumOf } from '../tally.ts';
import { batchOf, digestOf, resplit, withEmptyRecord } from './material.ts';
import { joined, type Outcome, Rehearsal } from './rehearsal.ts';

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

const SETTLE_MS = 1000;
const EMPTY_LINE = 1_000_000_000;

/** The checks by name, in the order in which they are made. */
export const CHECKS: Readonly<Record<string, (request: CheckRequest) => void | Promise<void>>> = {
  'describes its options': describesOptions,
  'does not change its options': keepsOptions,
  'does not change the batches it is given': keepsBatches,
  'conserves records': conservesRecords,
  'emits at the end what it holds': flushes,
  'honours backpressure': honoursBackpressure,
  'isolates a bad record': isolatesBadRecord,
  'names its reasons': namesReasons,
  'is deterministic under any batch split': isDeterministic,
  'goes on from a snapshot as if nothing had happened': resumes,
  'lets go of everything on close': closes,
  'stops when it is told to': stops,
  'does what its example says': runsExample,
};

const filled = ({ operator, options }: CheckRequest) => fillOptions(operator, options);

async function rehearse(request: CheckRequest, slow = false, state?: unknown): Promise<Rehearsal> {
  const services = await request.services();
  return new Rehearsal(
    { operator: request.operator, options: filled(request), services, split: request.split, slow },
    state,
  );
}

async function outcomeOf(request: CheckRequest, batches: readonly Batch[]): Promise<Outcome> {
  const rehearsal = await rehearse(request);
  await rehearsal.process(batches);
  await rehearsal.checkpoint(true);
  await rehearsal.end();
  return rehearsal.outcome;
}

export function describesOptions({ operator }: CheckRequest): void {
  for (const [name, { description }] of Object.entries(operator.options.properties)) {
    if (!description) throw new Error(`option "${name}" has no description`);
  }
}

async function keepsOptions(request: CheckRequest): Promise<void> {
  const options = filled(request);
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

async function conservesRecords(request: CheckRequest): Promise<void> {
  if (request.operator.conserves === false) return;
  const rehearsal = await rehearse(request);
  await rehearsal.process(request.batches());
  await rehearsal.checkpoint(true);
  const { counts, outcome } = rehearsal;
  await rehearsal.end();
  const accounted = handled(counts).records + sumOf(counts.written).records;
  if (accounted !== counts.in.records)
    throw new Error(`was given ${counts.in.records} records and accounted for ${accounted}`);
  if (sumOf(counts.written).records > 0) return;
  const given = request.batches().filter((batch) => batch.port === 'main');
  deepStrictEqual(
    [...fates(outcome).keys()].sort(byNumber),
    given.flatMap((b) => [...b.provenance.lines]).sort(byNumber),
  );
}

const byNumber = (a: number, b: number) => a - b;

/** Line to what became of the record there. */
function fates({ emitted, filtered, late, deadLettered }: Outcome): Map<number, string> {
  const found = new Map<number, string>();
  for (const [line, record] of emitted.main ?? []) found.set(line, `emitted ${JSON.stringify(record)}`);
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
  const rehearsal = await rehearse(request, true);
  await rehearsal.process(resplit(request.batches(), 3));
  await rehearsal.checkpoint(true);
  await rehearsal.end();
  if (rehearsal.impatience.length > 0) throw new Error(rehearsal.impatience[0]);
}

async function isolatesBadRecord(request: CheckRequest): Promise<void> {
  const usual = fates(await outcomeOf(request, request.batches()));
  const disturbed = fates(await outcomeOf(request, withEmptyRecord(request.batches(), EMPTY_LINE)));
  disturbed.delete(EMPTY_LINE);
  deepStrictEqual(disturbed, usual);
}

/** The engine itself uses these two. */
const COMMON_REASONS = ['filtered', 'operator_error'];

async function namesReasons(request: CheckRequest): Promise<void> {
  const { filtered, deadLettered } = await outcomeOf(request, request.batches());
  const known = [...COMMON_REASONS, ...Object.keys(request.operator.reasons ?? {})];
  for (const reason of [...Object.keys(filtered), ...deadLettered.map(([, code]) => code)]) {
    const given = JSON.stringify(request.options).includes(`"${reason}"`);
    if (!known.includes(reason) && !given)
      throw new Error(`uses the reason "${reason}", which its spec does not explain`);
  }
}

async function isDeterministic(request: CheckRequest): Promise<void> {
  const usual = await outcomeOf(request, request.batches());
  for (const size of [1, 2, 7, 1000])
    deepStrictEqual(await outcomeOf(request, resplit(request.batches(), size)), usual);
}

/** The second half is begun, lost in a crash, and done again from the snapshot. */
async function resumes(request: CheckRequest): Promise<void> {
  const parts = () => resplit(request.batches(), 3);
  const half = Math.floor(parts().length / 2);
  const one = await request.services();
  const whole = await runHalves(request, one, parts, half, false);
  const other = await request.services();
  const interrupted = await runHalves(request, other, parts, half, true);
  deepStrictEqual(interrupted, whole);
  deepStrictEqual(await request.effects(other), await request.effects(one));
}

async function runHalves(
  request: CheckRequest,
  services: Services,
  parts: () => Batch[],
  half: number,
  crash: boolean,
): Promise<Outcome> {
  const surroundings = { operator: request.operator, options: filled(request), services, split: request.split };
  const first = new Rehearsal(surroundings);
  await first.process(parts().slice(0, half));
  const state = await first.checkpoint();
  const before = structuredClone(first.outcome);
  if (!crash) {
    await first.process(parts().slice(half));
    await first.checkpoint(true);
    await first.end();
    return first.outcome;
  }
  await first.process(parts().slice(half, half + 2));
  await first.instance.close?.();
  const second = new Rehearsal(surroundings, state);
  await second.process(parts().slice(half));
  await second.checkpoint(true);
  await second.end();
  return joined(before, second.outcome);
}

/** After a whole run, after one that was broken off, and after one that never began. */
async function closes(request: CheckRequest): Promise<void> {
  for (const batches of [request.batches(), request.batches().slice(0, 1), []]) {
    const services = await request.services();
    const before = heldResources();
    const surroundings = { operator: request.operator, options: filled(request), services, split: request.split };
    const rehearsal = new Rehearsal(surroundings);
    await rehearsal.process(batches);
    if (batches.length > 1) await rehearsal.end();
    else await rehearsal.instance.close?.();
    await delay(5);
    deepStrictEqual(heldResources(), before);
  }
}

/** Timers, sockets and the like that keep the process alive, and open files where the system tells. */
export function heldResources(): Record<string, number> {
  const held: Record<string, number> = { files: openFiles() };
  for (const name of process.getActiveResourcesInfo()) held[name] = (held[name] ?? 0) + 1;
  return held;
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

async function stops(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request, true);
  const running = rehearsal.process(request.batches()).catch(() => {});
  rehearsal.abort.abort();
  const late = new AbortController();
  const inTime = await Promise.race([running.then(() => true), delay(SETTLE_MS, false, { signal: late.signal })]);
  late.abort();
  if (!inTime) throw new Error(`was still at it ${SETTLE_MS} ms after the abort`);
  await rehearsal.instance.close?.();
}

async function runsExample(request: CheckRequest): Promise<void> {
  const { example } = request.operator;
  if (!example) return;
  const batches = () => [batchOf(example.input, request.split)];
  const outcome = await outcomeOf({ ...request, options: example.options, batches }, batches());
  deepStrictEqual(
    outcome.emitted.main?.map(([, record]) => record) ?? [],
    example.output.map((record) => ({ ...record })),
  );
}
