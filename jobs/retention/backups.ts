import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { backUp } from '../../db/retention.ts';
import type { Home } from '../home.ts';

/** Backs up the home's databases and leaves the latest `keep` backups of each. Returns the paths of the new ones. */
export async function rotateBackups(home: Home, keep: number, now: number): Promise<string[]> {
  if (keep === 0) return [];
  await mkdir(home.backups, { recursive: true });
  const made: string[] = [];
  for (const file of [home.database, home.operations]) {
    if (!existsSync(file)) continue;
    const stem = basename(file, '.db');
    const target = join(home.backups, `${stem}-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}Z.db`);
    await backUp(file, target);
    made.push(target);
    await dropOldest(home.backups, stem, keep);
  }
  return made;
}

async function dropOldest(dir: string, stem: string, keep: number): Promise<void> {
  const pattern = new RegExp(`^${stem}-\\d{4}-\\d\\d-\\d\\dT\\d{6}Z\\.db$`);
  const backups = (await readdir(dir)).filter((name) => pattern.test(name)).sort();
  for (const name of backups.slice(0, -keep)) await rm(join(dir, name));
}
