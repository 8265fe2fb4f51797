import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { TillstreamError } from '../engine/errors.ts';
import { translating } from './errors.ts';
import { databaseVersion, latestVersion, migrate, refuseNewer } from './migrate.ts';

export interface OpenOptions {
  /** Open for queries only; nothing is created or migrated. */
  readonly readonly?: boolean;
  /** How long to wait for another process's lock. */
  readonly busyTimeoutMs?: number;
  /**
   * Whether the whole database is examined on opening (a second for about a gigabyte): `always`, `never`, or `small`,
   * which examines files up to 32 MiB.
   */
  readonly check?: 'always' | 'never' | 'small';
}

const DEFAULTS = { readonly: false, busyTimeoutMs: 5_000, check: 'small' } as const satisfies Required<OpenOptions>;

const SMALL_BYTES = 32 * 1024 * 1024;
/** Larger pages than SQLite's own 4096: fewer page splits and frames when rows are appended by the hundred thousand. */
const PAGE_BYTES = 16_384;
const CACHE_KIB = 16 * 1024;
/** Pages in the write-ahead log before it is copied into the database, 256 MiB: each copying waits for the disk. */
const WAL_PAGES = 16_384;

/**
 * Opens the warehouse in `file`, which is created with its folder or migrated as needed. Throws `database_newer`,
 * `database_corrupt`, `database_locked`, `read_only`, `disk_full`, `database_unopenable` or, when it is opened for reading and
 * isn't there, `database_missing`.
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database.Database {
  const settings = { ...DEFAULTS, ...options };
  return translating(file, () => (settings.readonly ? openReader(file, settings) : openWriter(file, settings)));
}

function openWriter(file: string, settings: Required<OpenOptions>): Database.Database {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: settings.busyTimeoutMs });
  return orClosed(db, () => {
    refuseNewer(db);
    // Takes effect in a new database only, and only before the log is turned on.
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    configure(db);
    examine(db, settings.check);
    migrate(db);
  });
}

function openReader(file: string, settings: Required<OpenOptions>): Database.Database {
  if (!existsSync(file)) {
    throw new TillstreamError('database_missing', `${file} is not there yet; ingest a file to create it`);
  }
  const db = new Database(file, { readonly: true, timeout: settings.busyTimeoutMs });
  return orClosed(db, () => {
    refuseNewer(db);
    if (databaseVersion(db) < latestVersion()) {
      throw new TillstreamError(
        'database_older',
        `${file} was written by an older Tillstream; ingest a file, or start, to bring it up to date`,
      );
    }
    configure(db);
    examine(db, settings.check);
  });
}

function configure(db: Database.Database): void {
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('foreign_keys = ON');
  db.pragma('temp_store = MEMORY');
}

/** Throws `database_corrupt` if the database is damaged, as far as the policy looks. */
function examine(db: Database.Database, check: Required<OpenOptions>['check']): void {
  if (check === 'never' || (check === 'small' && statSync(db.name).size > SMALL_BYTES)) {
    // Reading the schema still finds a file that is no database or has lost its beginning.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return;
  }
  const finding = db.pragma('quick_check(1)', { simple: true });
  if (finding !== 'ok') {
    throw new TillstreamError('database_corrupt', `${db.name} is damaged (${finding}); restore it from a backup`);
  }
}

/** Runs `prepare` on a fresh connection, which is closed if that fails. */
function orClosed(db: Database.Database, prepare: () => void): Database.Database {
  try {
    prepare();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
