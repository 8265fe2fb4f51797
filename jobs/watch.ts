import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../operators/dataset/config.ts';
import { type Home, makeFolders } from './home.ts';
import { isInboxName } from './inbox.ts';
import { reportSentence } from './ingest/report-sentence.ts';
import { troubleOf } from './ingest/trouble.ts';
import type { JobContext, JobResult } from './schedule/context.ts';
import { Arrivals } from './watch/arrivals.ts';

/** While files are being written, they are looked at so often. */
const POLL_MS = 200;
const RESCAN_SECONDS = 10;
/** Where no run could be made at all, the next one is asked for after so long. */
const TROUBLE_MS = 30_000;

/**
 * Has files loaded as soon as they are whole, until the signal. The system tells of most; drives of other machines often tell nothing, so
 * the inbox is also looked at every few seconds. A file that could not be loaded is tried again when it, or the configuration, is another.
 */
export async function watch(context: JobContext): Promise<JobResult> {
  const { home, signal, log } = context;
  await makeFolders(home);
  const bell = new Bell();
  const arrivals = new Arrivals(home);
  let folder: FSWatcher | null = null;
  signal.addEventListener('abort', () => bell.ring(), { once: true });
  try {
    while (!signal.aborted) {
      const rescanMs = await rescanEvery(home);
      folder ??= openWatcher(home, bell, () => {
        folder = null;
      });
      const waitMs = await look(context, arrivals).catch((error: unknown) => {
        log(`the inbox cannot be looked at: ${troubleOf(error).message}`);
        return rescanMs;
      });
      await bell.wait(Math.min(waitMs, rescanMs), signal);
    }
  } finally {
    (folder as FSWatcher | null)?.close();
  }
  return { message: 'told to stop' };
}

/** Looks once, and has loaded what is there; returns how long to wait before looking again. */
async function look({ now, signal, log, ingest }: JobContext, arrivals: Arrivals): Promise<number> {
  const { whole, isPending } = await arrivals.look(now());
  if (whole.length === 0) return isPending ? POLL_MS : Number.POSITIVE_INFINITY;
  try {
    const report = await ingest({ trigger: 'watch', only: whole }, signal);
    arrivals.tried(whole);
    if (report.files.length > 0) log(reportSentence(report));
    return POLL_MS;
  } catch (error) {
    if (signal.aborted) return 0;
    log(`could not load ${whole.length === 1 ? whole[0] : `${whole.length} files`}: ${troubleOf(error).message}`);
    await delay(TROUBLE_MS, undefined, { signal }).catch(() => {});
    return 0;
  }
}

/** Rings when something happens in the inbox. Where that can't be heard of, or no longer, it is left to looking now and then. */
function openWatcher({ raw }: Home, bell: Bell, onLost: () => void): FSWatcher | null {
  try {
    const folder = watchFolder(raw, { persistent: false }, (_event, name) => {
      if (name === null || isInboxName(name)) bell.ring();
    });
    folder.on('error', () => {
      folder.close();
      onLost();
    });
    return folder;
  } catch {
    return null;
  }
}

/** The configuration may be in the midst of being edited; what is wrong with it, a run will tell. */
async function rescanEvery({ config }: Home): Promise<number> {
  const settings = await readConfig(config).then(
    ({ jobs }) => jobs.watch ?? {},
    () => ({ rescanSeconds: RESCAN_SECONDS }),
  );
  return (settings.rescanSeconds ?? RESCAN_SECONDS) * 1_000;
}

/** Something to wait for; what rings before that is not lost. */
class Bell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const timeout = new AbortController();
    const either = AbortSignal.any([timeout.signal, signal]);
    await Promise.race([this.#rung.promise, delay(ms, undefined, { signal: either }).catch(() => {})]);
    timeout.abort();
    this.#rung = Promise.withResolvers<void>();
  }
}
