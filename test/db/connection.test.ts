import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { databaseError, translating } from '../../db/errors.ts';
import { databaseVersion, latestVersion } from '../../db/migrate.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';

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
  const bytes = readFileSync(file);
  bytes.fill(0xff, bytes.length - 40_000);
  writeFileSync(file, bytes);
  t.throws(() => openDatabase(file), { code: 'database_corrupt' });
});

t.test('a reader of a database that is not there is told so', async (t) => {
  t.throws(() => openDatabase(join(t.testdir(), 'none.db'), { readonly: true }), { code: 'database_missing' });
});

t.test('a writer that finds another one writing says so', async (t) => {
  const file = join(t.testdir(), 'warehouse.db');
  const warehouse = openWarehouse(file, { busyTimeoutMs: 1 });
  const other = openDatabase(file);
  t.teardown(() => {
    other.close();
    warehouse.close();
  });
  other.exec('BEGIN IMMEDIATE');
  const start = () => warehouse.startRun({ trigger: 'test', startedAt: 0 });
  t.throws(start, { code: 'database_locked', message: /is being written by another process/ });
  other.exec('ROLLBACK');
  t.equal(start(), 1);
});

t.test('a full disk is an error that says so', async (t) => {
  const file = join(t.testdir(), 'warehouse.db');
  const db = openDatabase(file);
  t.teardown(() => db.close());
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const fill = () => db.prepare("INSERT INTO payments (payment_method) VALUES (format('%.*c', 100000, 'x'))").run();
  t.throws(() => translating(file, fill), { code: 'disk_full', message: /no space left for/ });
  const noSpace = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  t.match(databaseError(noSpace, file), { code: 'disk_full' });
  t.equal(databaseError(new TypeError('other'), file) instanceof TypeError, true);
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
