import { SqliteError } from 'better-sqlite3';
import { TillstreamError } from '../engine/errors.ts';

interface Translation {
  readonly code: string;
  readonly says: (file: string) => string;
}

/** By the beginning of SQLite's own code (https://www.sqlite.org/rescode.html) or the operating system's. */
const TRANSLATIONS: readonly (readonly [RegExp, Translation])[] = [
  [
    /^SQLITE_(CORRUPT|NOTADB|FORMAT)/,
    {
      code: 'database_corrupt',
      says: (file) => `${file} is damaged or is no SQLite database; restore it from a backup`,
    },
  ],
  [
    /^SQLITE_(BUSY|LOCKED|PROTOCOL)/,
    {
      code: 'database_locked',
      says: (file) => `${file} is being written by another process; try again when it has finished`,
    },
  ],
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    { code: 'disk_full', says: (file) => `no space left for ${file}; free some and run again to go on` },
  ],
  [
    /^(SQLITE_(READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/,
    { code: 'read_only', says: (file) => `${file} cannot be written; check the permissions of it and of its folder` },
  ],
  [
    /^SQLITE_CANTOPEN/,
    {
      code: 'database_unopenable',
      says: (file) => `${file} cannot be opened; check that its folder exists and can be read and written`,
    },
  ],
  [/^SQLITE_IOERR/, { code: 'database_io', says: (file) => `reading or writing ${file} failed; check the disk` }],
];

/** What SQLite or the operating system reported, as an error a person can act on; any other error as it is. */
export function databaseError(error: unknown, file: string): unknown {
  if (!(error instanceof SqliteError || isSystemError(error))) return error;
  const translation = TRANSLATIONS.find(([pattern]) => pattern.test(error.code))?.[1];
  if (!translation) return error;
  return new TillstreamError(translation.code, `${translation.says(file)} (${error.message})`, { cause: error });
}

/** Runs `work` with SQLite's errors translated. */
export function translating<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(error, file);
  }
}

/** Did this fail on a UNIQUE or PRIMARY KEY constraint? */
export function isConflict(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE|ROWID)$/.test(error.code);
}

/** What a constraint that a row violates says; null if the error is another. */
export function constraintOf(error: unknown): string | null {
  return error instanceof SqliteError && error.code.startsWith('SQLITE_CONSTRAINT') ? error.message : null;
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
