import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { databaseVersion, latestVersion } from '../../db/migrate.ts';

t.test('creates the database with its folder, in the latest version', async (t) => {
  const file = join(t.testdir(), 'db', 'warehouse.db');
  const db = openDatabase(file);
  t.equal(databaseVersion(db), latestVersion());
  t.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  t.equal(db.pragma('page_size', { simple: true }), 16_384);
  db.close();
  const again = openDatabase(file, { readonly: true });
  t.equal(again.pragma('user_version', { simple: true }), latestVersion());
  again.close();
});

t.test('refuses a database of a newer version, for writing and for reading', async (t) => {
  const file = join(t.testdir(), 'warehouse.db');
  openDatabase(file).close();
  const db = new Database(file);
  db.pragma('user_version = 9999');
  db.close();
  for (const readonly of [false, true]) {
    t.throws(() => openDatabase(file, { readonly }), {
      code: 'database_newer',
      message: /newer Tillstream \(schema 9999/,
    });
  }
});

t.test('says what is wrong with a file that is no database', async (t) => {
  const file = join(t.testdir({ 'warehouse.db': 'date,region\n'.repeat(2_000) }), 'warehouse.db');
  t.throws(() => openDatabase(file), { code: 'database_corrupt', message: /is damaged or is no SQLite database/ });
});

t.test('finds damage in the middle of a small database', async (t) => {
  const file = join(t.testdir(), 'warehouse.db');
  const db = openDatabase(file);
  const insert = db.prepare('INSERT INTO stores (store_id, region, currency) VALUES (?, ?, ?)');
  for (let i = 0; i < 2_000; i++) insert.run(`S${i}`, 'x'.repeat(100), '');
  db.close();
  const bytes = Buffer.from(await import('node:fs').then(({ readFileSync }) => readFileSync(file)));
  bytes.fill(0xff, bytes.length - 40_000);
  writeFileSync(file, bytes);
  t.throws(() => openDatabase(file), { code: 'database_corrupt' });
});

t.test('a reader of a database that is not there is told so', async (t) => {
  t.throws(() => openDatabase(join(t.testdir(), 'none.db'), { readonly: true }), { code: 'database_missing' });
});

t.test('a second writer is told who waits for whom', async (t) => {
  const file = join(t.testdir(), 'warehouse.db');
  const first = openDatabase(file);
  first.exec('BEGIN IMMEDIATE');
  t.throws(
    () => {
      const second = openDatabase(file, { busyTimeoutMs: 1 });
      t.teardown(() => second.close());
      second.pragma('user_version = 0');
    },
    { code: /database_locked|SQLITE_BUSY/ },
  );
  first.close();
});

t.test(
  'a folder that cannot be written is an error that says so',
  { skip: process.getuid?.() === 0 && 'root may write anywhere' },
  async (t) => {
    const folder = t.testdir();
    chmodSync(folder, 0o500);
    t.throws(() => openDatabase(join(folder, 'warehouse.db')), { code: /read_only|database_unopenable/ });
    chmodSync(folder, 0o700);
  },
);
