import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import type { Home } from '../jobs/home.ts';
import type { Call } from './command.ts';
import { homeOf } from './home-option.ts';

/** Opens the warehouse of the home at hand for reading, for as long as `work` takes. */
export async function withWarehouse<T>(call: Call, work: (db: Database, home: Home) => T): Promise<T> {
  const home = await homeOf(call);
  const db = openDatabase(home.database, { readonly: true });
  try {
    return work(db, home);
  } finally {
    db.close();
  }
}
