import { deepStrictEqual } from 'node:assert';
import { Batch } from '../batch.ts';
import { fillOptions } from '../fill-options.ts';
import { OperatorMeter } from '../metrics.ts';
import type { Fault, Outputs, SourceInstance, SourcePosition } from '../operator.ts';
import { CountedOutputs } from '../outputs.ts';
import { serviceFrom } from '../services.ts';
import type { CheckRequest } from './check-request.ts';
import { describesOptions } from './checks.ts';
import { heldResources, requireReleased, requireSoon } from './life-checks.ts';

/** The checks of a source by name, in the order in which they are made. */
export const SOURCE_CHECKS: Readonly<Record<string, (request: CheckRequest) => void | Promise<void>>> = {
  'describes its options': describesOptions,
  'does not change its options': keepsOptions,
  'ends with a last position': endsWithLast,
  'gives the same again': repeatsItself,
  'goes on from any position as if nothing had happened': resumes,
  'names its reasons': namesReasons,
  'lets go of everything when it is stopped': stops,
  'stops when it is told to': heedsSignal,
};

/** A record as it was read: its line and what is in it, or the faults it was rejected for. */
type Read = readonly [line: number, content: string];

interface Reading {
  readonly records: readonly Read[];
  readonly reasons: ReadonlySet<string>;
  /** Each with the number of records before it. */
  readonly positions: readonly { readonly position: SourcePosition; readonly before: number }[];
}

async function start(
  request: CheckRequest,
  resume?: { state: unknown },
  signal = new AbortController().signal,
): Promise<SourceInstance> {
  const services = await request.services();
  const options = fillOptions(request.operator, request.options);
  return request.operator.source!(resume ? { ...options, resume: resume.state } : options, {
    id: 'rehearsed',
    split: request.split,
    signal,
    now: () => Date.UTC(2026, 0, 1),
    random: () => 0.5,
    service: (name) => serviceFrom(services, name),
  });
}

/** All that the source gives, which is then closed. */
export async function* sourceItems(request: CheckRequest, out: Outputs): AsyncGenerator<Batch | SourcePosition> {
  const source = await start(request);
  try {
    yield* source.read(out);
  } finally {
    await source.close?.();
  }
}

async function read(request: CheckRequest, resume?: { state: unknown }): Promise<Reading> {
  const source = await start(request, resume);
  const records: Read[] = [];
  const reasons = new Set<string>();
  const positions: { position: SourcePosition; before: number }[] = [];
  const out = recorder(records, reasons);
  try {
    for await (const item of source.read(out)) {
      if (item instanceof Batch) {
        const { lines } = item.provenance;
        item.records.forEach((record, row) => void records.push([lines[row]!, JSON.stringify(record)]));
      } else positions.push({ position: JSON.parse(JSON.stringify(item)), before: records.length });
    }
  } finally {
    await source.close?.();
  }
  return { records: records.toSorted(([a], [b]) => a - b), reasons, positions };
}

function recorder(records: Read[], reasons: Set<string>): CountedOutputs {
  const out = new CountedOutputs(new OperatorMeter('rehearsed'), 'revenue', () => {});
  const said = (batch: Batch, row: number, what: string) => void records.push([batch.provenance.lines[row]!, what]);
  return Object.assign(out, {
    deadLetter: (batch: Batch, row: number, faults: readonly Fault[]) => {
      for (const { code } of faults) reasons.add(code);
      said(batch, row, `dead letter: ${JSON.stringify(faults)}`);
    },
    filtered: (batch: Batch, rows: Int32Array, reason: string) => {
      reasons.add(reason);
      for (const row of rows) said(batch, row, `filtered: ${reason}`);
    },
  });
}

async function keepsOptions(request: CheckRequest): Promise<void> {
  const before = structuredClone(request.options);
  await read(request);
  deepStrictEqual(request.options, before);
}

async function endsWithLast(request: CheckRequest): Promise<void> {
  const { positions, records } = await read(request);
  const last = positions.at(-1);
  if (!last?.position.last || last.before !== records.length)
    throw new Error('its last item is no position marked as last');
  const early = positions.findIndex(({ position }) => position.last);
  if (early !== positions.length - 1) throw new Error('a position before the end is marked as last');
}

async function repeatsItself(request: CheckRequest): Promise<void> {
  deepStrictEqual((await read(request)).records, (await read(request)).records);
}

async function resumes(request: CheckRequest): Promise<void> {
  const whole = await read(request);
  for (const { position, before } of whole.positions) {
    if (position.last) continue;
    const rest = await read(request, { state: position.state });
    deepStrictEqual(rest.records, whole.records.slice(before));
  }
}

async function namesReasons(request: CheckRequest): Promise<void> {
  const known = Object.keys(request.operator.reasons ?? {});
  for (const reason of (await read(request)).reasons) {
    if (!known.includes(reason)) throw new Error(`uses the reason "${reason}", which its spec does not explain`);
  }
}

async function stops(request: CheckRequest): Promise<void> {
  const before = heldResources();
  const source = await start(request);
  const items = source.read(recorder([], new Set()))[Symbol.asyncIterator]();
  await items.next();
  await items.return?.();
  await source.close?.();
  await requireReleased(before);
}

/** After an abort it may end, fail or give one more item, but soon. */
async function heedsSignal(request: CheckRequest): Promise<void> {
  const before = heldResources();
  const abort = new AbortController();
  const source = await start(request, undefined, abort.signal);
  const items = source.read(recorder([], new Set()))[Symbol.asyncIterator]();
  await items.next();
  abort.abort();
  await requireSoon(items.next());
  await items.return?.();
  await source.close?.();
  await requireReleased(before);
}
