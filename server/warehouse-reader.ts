import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { warehouseVersion } from '../db/kpi.ts';
import { TillstreamError } from '../engine/errors.ts';

/** The file behind a connection is looked at so often. */
const LOOK_MS = 1_000;

/**
 * The warehouse as the server reads it: one connection for queries only, opened when it is first needed and again when
 * the file is another one. As long as there is no warehouse, an empty one answers.
 */
export class WarehouseReader {
  readonly #file: string;
  #db: Database | null = null;
  /** What tells the open file from one that took its place; null for the empty stand-in. */
  #inode: number | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws what openDatabase throws, but for `database_missing` and `database_older`. */
  get db(): Database {
    const now = performance.now();
    if (this.#db && now - this.#lookedAt < LOOK_MS) return this.#db;
    this.#lookedAt = now;
    const inode = inodeOf(this.#file);
    if (this.#db && inode === this.#inode) return this.#db;
    this.close();
    const opened = inode === null ? null : openReader(this.#file);
    this.#inode = opened && inode;
    this.#db = opened ?? emptyWarehouse();
    return this.#db;
  }

  /** Is there a warehouse yet? */
  get exists(): boolean {
    return this.db !== null && this.#inode !== null;
  }

  /** Counts up with every change; the same number means the same answers. */
  get version(): number {
    return warehouseVersion(this.db);
  }

  /** Looks at the file again with the next query: it may just have come to be. */
  refresh(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

/** Null while the database is just being made or brought up to date. */
function openReader(file: string): Database | null {
  const options = { readonly: true, check: 'never', busyTimeoutMs: 100 } as const;
  try {
    return openDatabase(file, options);
  } catch (error) {
    if (isLocked(error)) return null;
    if (!(error instanceof TillstreamError) || error.code !== 'database_older') throw error;
  }
  try {
    openDatabase(file, { check: 'never', busyTimeoutMs: 0 }).close();
    return openDatabase(file, options);
  } catch (error) {
    if (isLocked(error)) return null;
    throw error;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof TillstreamError && error.code === 'database_locked';
}

function emptyWarehouse(): Database {
  return openDatabase(':memory:', { check: 'never' });
}
