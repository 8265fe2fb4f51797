import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Deletes files of a folder that were last written before that moment; hidden ones stay. Returns how many. */
export async function deleteOld(dir: string, before: number): Promise<number> {
  let deleted = 0;
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    const path = join(dir, entry.name);
    if (!entry.isFile() || entry.name.startsWith('.') || (await stat(path)).mtimeMs >= before) continue;
    await rm(path);
    deleted++;
  }
  return deleted;
}

/** Deletes those of the files that lie in that very folder; what was loaded from elsewhere is not ours. Returns how many. */
export async function deleteWithin(dir: string, paths: readonly string[]): Promise<number> {
  let deleted = 0;
  for (const path of paths) {
    if (resolve(dirname(path)) !== resolve(dir)) continue;
    const isThere = await rm(path).then(
      () => true,
      () => false,
    );
    if (isThere) deleted++;
  }
  return deleted;
}
