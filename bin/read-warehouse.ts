import type { Database } from 'better-sqlite3';
import { type OpenOptions, openDatabase } from '../db/connection.ts';
import type { Home } from '../jobs/home.ts';
import type { Call } from './command.ts';
import { homeOf } from './home-option.ts';

/** Opens the warehouse of the home at hand for reading, for as long as `work` takes. */
export async function withWarehouse<T>(
  call: Call,
  work: (db: Database, home: Home) => T,
  options: OpenOptions = {},
): Promise<T> {
  const home = await homeOf(call);
  const db = openDatabase(home.database, { ...options, readonly: true });
  try {
    return work(db, home);
  } finally {
    db.close();
  }
}
