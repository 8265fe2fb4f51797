import { rename, rm } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { TillstreamError } from '../engine/errors.ts';
import { databaseError } from './errors.ts';

/** Originals that were loaded before that moment (milliseconds since 1970): paths, the oldest first. */
export function originalsBefore(db: Database.Database, before: number): string[] {
  const sql = "SELECT path FROM files WHERE status <> 'loading' AND finished_at < ? ORDER BY file_id";
  return db.prepare(sql).pluck().all(before) as string[];
}

/** Files that a run may go on with from their last checkpoint. */
export function unfinishedFiles(db: Database.Database): number[] {
  return db.prepare("SELECT file_id FROM files WHERE status IN ('loading', 'failed')").pluck().all() as number[];
}

/** Forgets the moment-by-moment measurements of files finished before that. Returns of how many. */
export function forgetTimelines(db: Database.Database, before: number): number {
  const sql = 'UPDATE files SET timeline = NULL WHERE timeline IS NOT NULL AND finished_at < ?';
  return db.prepare(sql).run(before).changes;
}

/** Forgets rejected records of files finished before that; the ledger goes on counting them. Returns how many. */
export function forgetDeadLetters(db: Database.Database, before: number): number {
  const sql = 'DELETE FROM dead_letters WHERE file_id IN (SELECT file_id FROM files WHERE finished_at < ?)';
  return db.prepare(sql).run(before).changes;
}

/** Brings what SQLite knows of its tables up to date, and the write-ahead log into the database. While nobody writes. */
export function tidy(db: Database.Database): void {
  db.pragma('optimize');
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/**
 * Copies a database that may be in use (https://www.sqlite.org/backup.html) and examines the copy, which appears under its name when it
 * is whole and sound. Throws `database_unopenable`, `disk_full`, `read_only` or, for a copy that isn't sound, `database_corrupt`.
 */
export async function backUp(file: string, target: string): Promise<void> {
  const fresh = `${target}.partial`;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    await db.backup(fresh);
    const copy = new Database(fresh);
    // A copy of its own needs no log beside it.
    copy.pragma('journal_mode = DELETE');
    copy.close();
    examine(fresh);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw databaseError(error, target);
  } finally {
    db.close();
  }
}

function examine(file: string): void {
  const db = new Database(file, { readonly: true });
  try {
    const finding = db.pragma('quick_check(1)', { simple: true });
    if (finding === 'ok') return;
    throw new TillstreamError(
      'database_corrupt',
      `the backup ${file} is damaged (${finding}), and so may be what it was made of`,
    );
  } finally {
    db.close();
  }
}
