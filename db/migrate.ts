import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { TillstreamError } from '../engine/errors.ts';

/** Folders of numbered SQL files, one for each kind of database. */
export const WAREHOUSE_MIGRATIONS: URL = new URL('./migrations/', import.meta.url);
export const OPERATIONS_MIGRATIONS: URL = new URL('./operations/migrations/', import.meta.url);

interface Migration {
  readonly version: number;
  readonly file: string;
}

/** The migrations there are, `0001_name.sql` first. */
function migrations(folder: URL): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file))
    .sort()
    .map((file) => ({ version: Number(file.slice(0, 4)), file }));
}

/** The version that this program brings a database to. */
export function latestVersion(folder: URL = WAREHOUSE_MIGRATIONS): number {
  return migrations(folder).at(-1)?.version ?? 0;
}

export function databaseVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Throws `database_newer` if a later Tillstream has changed this database. */
export function refuseNewer(db: Database, folder: URL = WAREHOUSE_MIGRATIONS): void {
  const version = databaseVersion(db);
  const latest = latestVersion(folder);
  if (version <= latest) return;
  throw new TillstreamError(
    'database_newer',
    `${db.name} was written by a newer Tillstream (schema ${version}; this one knows up to ${latest}); update Tillstream to open it`,
  );
}

/** Applies what is missing, all in one transaction, so that a database is never left between two versions. */
export function migrate(db: Database, folder: URL = WAREHOUSE_MIGRATIONS): void {
  refuseNewer(db, folder);
  if (databaseVersion(db) === latestVersion(folder)) return;
  const apply = db.transaction(() => {
    // Another process may have migrated it while this one waited for the lock.
    const from = databaseVersion(db);
    for (const { version, file } of migrations(folder)) {
      if (version <= from) continue;
      db.exec(readFileSync(new URL(file, folder), 'utf8'));
      db.pragma(`user_version = ${version}`);
    }
  });
  apply.immediate();
}
