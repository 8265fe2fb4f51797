import type { Registry } from '../engine/plan.ts';
import type { Home } from './home.ts';
import { candidates } from './ingest/candidates.ts';
import type { IngestEvent } from './ingest/events.ts';
import type { RunReport } from './ingest/report.ts';
import { WriterThread } from './ingest/writer-thread.ts';
import { lockHome } from './lock.ts';

export interface IngestOptions {
  readonly home: Home;
  /** Paths of the files; without them, all that is in the inbox. */
  readonly files?: readonly string[];
  /** Name of the dataset that the files are of, instead of finding it by their headers. */
  readonly dataset?: string;
  /** Of the inbox, only files of these names, which are known to be whole; those that are gone are no matter. */
  readonly only?: readonly string[];
  /** What started the run: ingest, daily-run, watch … */
  readonly trigger?: string;
  /** Stops the run within a batch; what was committed stays, and the next run goes on from there. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: IngestEvent) => void;
  /** Wait for another run of the same home to end (default), or throw `home_busy`. */
  readonly wait?: boolean;
  readonly now?: () => number;
  /** How often a sample is taken. */
  readonly sampleMs?: number;
  /** Makes of the operators there are those that the run uses, so that a host can look on. */
  readonly wrapOperators?: (registry: Registry) => Registry;
}

/**
 * Loads files into the warehouse, one run at a time in a home. A file that fails is in the report and does not stop the
 * others; only a broken system does. Throws when there can be no run at all: `no_such_dataset`, a faulty configuration,
 * `home_busy`, a database that can't be opened, or the signal's reason while waiting for the lock.
 */
export async function ingest(options: IngestOptions): Promise<RunReport> {
  const { home, trigger = 'ingest', signal = new AbortController().signal, onEvent = () => {} } = options;
  const { now = Date.now, wait = true } = options;
  const onWait = (holder: Extract<IngestEvent, { type: 'waiting' }>['holder']) => onEvent({ type: 'waiting', holder });
  const lock = await lockHome(home, { what: trigger, wait, signal, onWait, now });
  try {
    const found = await candidates(home, options, signal);
    const writer = found.files.length === 0 ? null : WriterThread.start(home);
    writer?.catch(() => {});
    try {
      // All that a run needs takes as long to load as the writer's thread to start, so they do it side by side.
      const { prepareRun } = await import('./ingest/prepare-run.ts');
      const run = await prepareRun(options);
      return await run.run(found, writer);
    } finally {
      await writer?.then(
        (started) => started.close(),
        () => {},
      );
    }
  } finally {
    await lock.release();
  }
}
