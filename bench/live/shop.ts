import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, initHome } from '../../jobs/home.ts';
import type { RunSummary } from '../../server/schemas.ts';
import type { Sample } from '../data.ts';

/** A server in a process of its own, with the sample in its inbox. */
export interface Shop {
  readonly url: string;
  readonly home: Home;
  /** Loads what is in the inbox; resolves with how long the run took. Rejects if what came of it is wrong. */
  ingest(): Promise<number>;
  close(): Promise<void>;
}

export async function openShop(folder: string, sample: Sample): Promise<Shop> {
  const dir = await mkdtemp(join(folder, 'shop-'));
  const home = await initHome(join(dir, 'home'));
  const past = new Date(Date.now() - 60_000);
  for (const [index, file] of sample.files.entries()) {
    const path = join(home.raw, `sales-${index}.csv`);
    await cp(file, path);
    await utimes(path, past, past);
  }
  const child = fork(new URL('./server.ts', import.meta.url), [home.dir]);
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  return {
    ...{ url, home, ingest: () => ingest(url, sample) },
    async close() {
      await ended(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function ingest(url: string, sample: Sample): Promise<number> {
  await fetch(`${url}/runs`, { method: 'POST' });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { items } = (await (await fetch(`${url}/runs?limit=1`)).json()) as { items: RunSummary[] };
    const [run] = items;
    if (!run || run.status === 'running') continue;
    if (
      run.status !== 'done' ||
      Math.round(Number(run.revenue) * 1e4) !== sample.revenue ||
      run.inserted !== sample.rows
    ) {
      throw new Error(
        `the run is ${run.status} with ${run.inserted} records and ${run.revenue}: ${run.error?.message}`,
      );
    }
    return run.duration_ms ?? Number.NaN;
  }
}

/** Lets go of a child and waits for its end. */
export async function ended(child: ChildProcess): Promise<void> {
  const end = once(child, 'exit');
  child.disconnect();
  await end;
}
