import type { Database } from 'better-sqlite3';

/** Notes where the dashboard is served now. */
export function noteServedAt(db: Database, url: string): void {
  db.prepare('INSERT INTO served_at VALUES (1, ?) ON CONFLICT DO UPDATE SET url = excluded.url').run(url);
}

/** Where the dashboard was last served; undefined where it never was. */
export function servedAt(db: Database): string | undefined {
  return db.prepare('SELECT url FROM served_at').pluck().get() as string | undefined;
}
