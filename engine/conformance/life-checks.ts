import { deepStrictEqual } from 'node:assert';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Batch, MAIN } from '../batch.ts';
import type { Outputs } from '../operator.ts';
import type { Services } from '../services.ts';
import { type CheckRequest, rehearse, surroundingsOf } from './check-request.ts';
import { resplit } from './material.ts';
import { joined, type Outcome, Rehearsal } from './rehearsal.ts';

const SETTLE_MS = 1000;
const RELEASE_MS = 100;

/** The second half is begun, lost in a crash, and done again from the snapshot. */
export async function resumes(request: CheckRequest): Promise<void> {
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
  const surroundings = surroundingsOf(request, services);
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
  const second = new Rehearsal(surroundings, { state, checkpoints: 1 });
  await second.process(parts().slice(half));
  await second.checkpoint(true);
  await second.end();
  return joined(before, second.outcome);
}

/** After a whole run, after one that was broken off, and after one that never began. */
export async function closes(request: CheckRequest): Promise<void> {
  for (const batches of [request.batches(), request.batches().slice(0, 1), []]) {
    const services = await request.services();
    const before = heldResources();
    const surroundings = surroundingsOf(request, services);
    const rehearsal = new Rehearsal(surroundings);
    await rehearsal.process(batches);
    if (batches.length > 1) await rehearsal.end();
    else await rehearsal.instance.close?.();
    await requireReleased(before);
  }
}

/** Throws unless soon no more is held than was before, apart from what is excused. */
export async function requireReleased(before: Held, excused: Held = {}): Promise<void> {
  const left = await leftOver(before);
  const more = Object.keys(left).filter((name) => left[name]! > (excused[name] ?? 0));
  if (more.length > 0) throw new Error(`still holds after close: ${more.join(', ')}`);
}

/** What is held beyond what was before, once it has had time to be let go. */
async function leftOver(before: Held): Promise<Held> {
  let left: Held = {};
  for (let waited = 0; waited <= RELEASE_MS; waited += 5) {
    const now = Object.entries(heldResources()).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
    left = Object.fromEntries(now.filter(([, more]) => more > 0));
    if (Object.keys(left).length === 0) break;
    await delay(5);
  }
  return left;
}

/** Kind of resource to how many there are. */
type Held = Readonly<Record<string, number>>;

/** Timers, sockets and the like that keep the process alive, and open files where the system tells. */
export function heldResources(): Held {
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

export async function stops(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request, { slow: true });
  const running = rehearsal.process(request.batches());
  rehearsal.abort.abort();
  await requireSoon(running);
  await rehearsal.instance.close?.();
}

/** Throws unless the work that was aborted comes to an end, good or bad, within a second. */
export async function requireSoon(work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, delay(SETTLE_MS, false, { signal: late.signal })]);
  late.abort();
  if (!inTime) throw new Error(`was still at it ${SETTLE_MS} ms after the abort`);
}

/** As when a person stops the run: the operator is closed, whether or not it has heeded the signal by then. */
export function cleansUpAfterAbort(request: CheckRequest): Promise<void> {
  return requireCleanUp(request, async (rehearsal) => {
    const running = rehearsal.process(request.batches()).catch(() => {});
    rehearsal.abort.abort();
    await Promise.race([running, delay(RELEASE_MS)]);
  });
}

/** As when the operator behind it fails: what it emits is taken no more, and it is closed. */
export function cleansUpAfterError(request: CheckRequest): Promise<void> {
  return requireCleanUp(request, async ({ instance }) => {
    for (const batch of request.batches()) await failing(() => instance.process(batch, BROKEN, MAIN));
  });
}

/** What it holds even after an undisturbed run is the finding of another check. */
async function requireCleanUp(request: CheckRequest, disturb: (rehearsal: Rehearsal) => Promise<void>): Promise<void> {
  const services = await request.services();
  const surroundings = { ...surroundingsOf(request, services), slow: true };
  const atFirst = heldResources();
  const undisturbed = new Rehearsal(surroundings);
  await undisturbed.process(request.batches());
  await undisturbed.instance.close?.();
  const excused = await leftOver(atFirst);
  const others = await request.services();
  const before = heldResources();
  const disturbed = new Rehearsal({ ...surroundings, services: others });
  await disturb(disturbed);
  await disturbed.instance.close?.();
  await requireReleased(before, excused);
}

const BROKEN: Outputs = {
  emit() {
    throw new Error('the operator behind has failed');
  },
  deadLetter() {},
  filtered() {},
  written() {},
  late() {},
  watermark() {},
};

async function failing(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // It was to fail.
  }
}
