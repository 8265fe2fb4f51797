import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../../jobs/home.ts';
import { inboxNames, isInboxName } from '../../jobs/inbox.ts';
import type { FileStarted } from '../../jobs/ingest/events.ts';
import type { FileReport } from '../../jobs/ingest/report.ts';
import type { LiveFile } from '../protocol.ts';
import type { LiveStore } from './live-store.ts';

/** Finished files that are still shown. */
const SHOWN = 50;

const NOTHING = {
  ...{ file_id: null, run_id: null, dataset: null, disposition: null, opened_at: null, finished_at: null, error: null },
  ...{ read: 0, inserted: 0, updated: 0, unchanged: 0, filtered: 0, late: 0, dead_lettered: 0 },
  ...{ revenue: '0', bytes_done: 0 },
} as const;

/** Files in the inbox, being loaded and lately finished. */
export class FileFeed {
  readonly #store: LiveStore;
  readonly #home: Home;
  readonly #now: () => number;
  /** Keys of finished files, the oldest first. */
  #finished: string[] = [];
  #loading: string | null = null;

  constructor(store: LiveStore, home: Home, now: () => number) {
    this.#store = store;
    this.#home = home;
    this.#now = now;
  }

  /** Looks into the inbox. */
  async look(): Promise<void> {
    const waiting = new Set<string>();
    const unmatched = new Set(this.#finished.filter((key) => this.#store.file(key)?.status === 'unmatched'));
    for (const name of await inboxNames(this.#home)) {
      const key = `waiting:${name}`;
      const size = await sizeOf(join(this.#home.raw, name));
      if (size === null || unmatched.has(`unmatched:${name}`)) continue;
      waiting.add(key);
      if (this.#store.file(key)?.size_bytes !== size) {
        this.#store.putFile({ ...NOTHING, key, name, status: 'waiting', size_bytes: size });
      }
    }
    for (const { key, status } of this.#store.files()) {
      if (status === 'waiting' && !waiting.has(key)) this.#store.removeFile(key);
    }
    await this.#dropTaken(unmatched);
  }

  started(event: FileStarted, runId: number | null): void {
    const { fileId, file: name, dataset, disposition, sizeBytes, resumedAt } = event;
    this.#store.removeFile(`waiting:${name}`);
    this.#store.removeFile(`unmatched:${name}`);
    this.#loading = String(fileId);
    this.#store.putFile({
      ...NOTHING,
      ...{ key: this.#loading, file_id: fileId, run_id: runId, name, dataset, disposition, status: 'loading' },
      ...{ size_bytes: sizeBytes, bytes_done: resumedAt, opened_at: new Date(this.#now()).toISOString() },
    });
  }

  progress(figures: Partial<LiveFile>): void {
    const file = this.#loading === null ? undefined : this.#store.file(this.#loading);
    if (file) this.#store.putFile({ ...file, ...figures });
  }

  finished(report: FileReport, sizeBytes: number, runId: number | null): void {
    const { name, dataset, status, error, revenue, read, inserted, updated, unchanged, filtered, late, dead_lettered } =
      report;
    const loading = this.#loading === null ? undefined : this.#store.file(this.#loading);
    this.#loading = null;
    this.#store.removeFile(`waiting:${name}`);
    const at = new Date(this.#now()).toISOString();
    const key =
      loading?.name === name ? loading.key : status === 'unmatched' ? `unmatched:${name}` : `${runId}:${name}`;
    this.#store.putFile({
      ...(loading?.name === name ? loading : { ...NOTHING, opened_at: at }),
      ...{
        key,
        run_id: runId,
        name,
        dataset,
        status,
        error,
        size_bytes: sizeBytes,
        bytes_done: sizeBytes,
        finished_at: at,
      },
      ...{ read, inserted, updated, unchanged, filtered, late, dead_lettered, revenue: revenue.inserted },
    });
    this.#finished = [...this.#finished.filter((each) => each !== key), key];
    if (this.#finished.length > SHOWN) this.#store.removeFile(this.#finished.shift() ?? '');
  }

  /** The run is over: what was being loaded, is not any more. */
  ended(): void {
    if (this.#loading !== null) this.#store.removeFile(this.#loading);
    this.#loading = null;
  }

  /** A file that was of no dataset is shown as long as it lies there. */
  async #dropTaken(unmatched: ReadonlySet<string>): Promise<void> {
    for (const key of unmatched) {
      const name = key.slice('unmatched:'.length);
      if ((await sizeOf(join(this.#home.raw, name))) !== null) continue;
      this.#store.removeFile(key);
      this.#finished = this.#finished.filter((each) => each !== key);
    }
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (stats) => stats.size,
    () => null,
  );
}

/** Can the inbox be looked into? Throws the system's error. */
export async function listInbox({ raw }: Home): Promise<number> {
  return (await readdir(raw)).filter(isInboxName).length;
}
