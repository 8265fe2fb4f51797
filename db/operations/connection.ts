import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { translating } from '../errors.ts';
import { migrate, OPERATIONS_MIGRATIONS } from '../migrate.ts';

/** How long to wait for another process's lock; every transaction here is short. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database in which jobs, checks and alerts are remembered, created or migrated as needed. It is not the warehouse, so that
 * a note about a job never waits for a load to commit. Throws `database_newer`, `database_corrupt`, `database_locked`, `read_only`,
 * `disk_full` or `database_unopenable`.
 */
export function openOperations(file: string): Database.Database {
  return translating(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = ON');
      migrate(db, OPERATIONS_MIGRATIONS);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}
