import { deepStrictEqual } from 'node:assert';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from '../batch.ts';
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

/** Throws unless soon no more is held than was before. */
export async function requireReleased(before: Readonly<Record<string, number>>): Promise<void> {
  let more: string[] = [];
  for (let waited = 0; waited <= RELEASE_MS; waited += 5) {
    const now = heldResources();
    more = Object.keys(now).filter((name) => now[name]! > (before[name] ?? 0));
    if (more.length === 0) return;
    await delay(5);
  }
  throw new Error(`still holds after close: ${more.join(', ')}`);
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

export async function stops(request: CheckRequest): Promise<void> {
  const rehearsal = await rehearse(request, true);
  const running = rehearsal.process(request.batches()).catch(() => {});
  rehearsal.abort.abort();
  const late = new AbortController();
  const inTime = await Promise.race([running.then(() => true), delay(SETTLE_MS, false, { signal: late.signal })]);
  late.abort();
  if (!inTime) throw new Error(`was still at it ${SETTLE_MS} ms after the abort`);
  await rehearsal.instance.close?.();
}
