import { closeSync, openSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database, { SqliteError } from 'better-sqlite3';
import { fileError, homeBusy } from './errors.ts';
import { type Home, makeFolders } from './home.ts';

/** Who has the lock of a home. */
export interface Holder {
  readonly pid: number;
  /** When it took the lock, ISO 8601. */
  readonly since: string;
  /** What it does: ingest, start … */
  readonly what: string;
}

/** `writer`: who changes the warehouse; `scheduler`: who runs the home's jobs. */
export type LockRole = 'writer' | 'scheduler';

export interface LockOptions {
  readonly what: string;
  /** What the lock is for; `writer` unless said otherwise. */
  readonly role?: LockRole;
  /** Wait until the lock is free (default), or throw `home_busy`. */
  readonly wait?: boolean;
  readonly signal?: AbortSignal;
  /** Told once, when there is somebody to wait for; undefined where it isn't known who. */
  readonly onWait?: (holder: Holder | undefined) => void;
  readonly now?: () => number;
}

export interface Lock {
  release(): Promise<void>;
}

const RETRY_MS = 100;

/**
 * Takes the home for one writer, or one scheduler. The lock is one on a database file of its own, so the system releases it when its holder
 * dies, however it dies; a note beside it says who holds it. Throws `home_busy`, or the signal's reason.
 */
export async function lockHome(home: Home, options: LockOptions): Promise<Lock> {
  const { what, role = 'writer', wait = true, signal, onWait, now = Date.now } = options;
  await makeFolders(home);
  const paths = lockPaths(home, role);
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const held = tryLock(paths.lock);
    if (held) {
      await note(paths.note, { pid: process.pid, since: new Date(now()).toISOString(), what });
      return { release: () => release(held, paths.note) };
    }
    const holder = await readHolder(paths.note);
    if (!wait) throw homeBusy(describeHolder(home, role, holder));
    if (!told) onWait?.(holder);
    told = true;
    await delay(RETRY_MS, undefined, signal && { signal });
  }
}

/** `tillstream ingest (process 123) has held /shop since …`. */
export function describeHolder({ dir }: Home, role: LockRole, holder: Holder | undefined): string {
  const does = role === 'writer' ? `writing to ${dir}` : `running the jobs of ${dir}`;
  if (!holder) return `another tillstream is ${does}`;
  return `tillstream ${holder.what} (process ${holder.pid}) has been ${does} since ${holder.since}`;
}

function lockPaths(home: Home, role: LockRole): { lock: string; note: string } {
  const dir = dirname(home.database);
  return { lock: join(dir, `${role}-lock.db`), note: join(dir, `.${role}.json`) };
}

function tryLock(path: string): Database.Database | null {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.exec('BEGIN IMMEDIATE');
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) return null;
    throw refusal(path) ?? error;
  }
}

/** Why the system does not let a file be written; SQLite only says that it can't be opened. */
function refusal(path: string): Error | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (cause) {
    return fileError(path, cause as NodeJS.ErrnoException);
  }
}

/** Written whole or not at all, so that whoever waits never reads half of it. */
async function note(path: string, holder: Holder): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(holder));
  await rename(fresh, path);
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

async function release(held: Database.Database, notePath: string): Promise<void> {
  await rm(notePath, { force: true });
  held.exec('ROLLBACK');
  held.close();
}
