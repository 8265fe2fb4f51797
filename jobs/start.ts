import { access, readdir } from 'node:fs/promises';
import { generateDemoMonth } from './generate.ts';
import type { Home } from './home.ts';
import { makeFolders } from './home.ts';
import { inboxNames } from './inbox.ts';
import type { RunReport } from './ingest/report.ts';
import { type IngestOptions, ingest } from './ingest.ts';

export interface StartOptions extends Omit<IngestOptions, 'files' | 'dataset' | 'trigger'> {
  /** Told when sales are being made up, because the home holds none. */
  readonly onDemo?: () => void;
}

export interface StartReport {
  /** Names of the files that were made up; empty where there was something already. */
  readonly demo: readonly string[];
  readonly run: RunReport;
}

/** The main job: gives an empty home a month of made-up sales to begin with, then ingests what is in the inbox. */
export async function start(options: StartOptions): Promise<StartReport> {
  const { home, onDemo, signal, now = Date.now } = options;
  await makeFolders(home);
  let demo: readonly string[] = [];
  if (await isEmpty(home)) {
    onDemo?.();
    const endDate = new Date(now()).toISOString().slice(0, 10);
    const { files } = await generateDemoMonth({ out: home.raw, endDate, ...(signal && { signal }) });
    demo = files;
  }
  return { demo, run: await ingest({ ...options, trigger: 'start' }) };
}

/** Nothing to load and nothing loaded. */
async function isEmpty(home: Home): Promise<boolean> {
  const hasDatabase = await access(home.database).then(
    () => true,
    () => false,
  );
  if (hasDatabase || (await inboxNames(home)).length > 0) return false;
  const originals = (await readdir(home.ingested)).filter((name) => !name.startsWith('.'));
  return originals.length === 0 && (await readdir(home.claimed)).length === 0;
}
