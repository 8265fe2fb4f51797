import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { LogCopier } from '../../db/log-copier.ts';

const dir = mkdtempSync(join(tmpdir(), 'tillstream-log-'));
t.teardown(() => rmSync(dir, { recursive: true }));

const MUCH = 1024 ** 3;

function writerOf(name: string): { file: string; db: Database } {
  const file = join(dir, name);
  const db = openDatabase(file);
  db.exec('CREATE TABLE notes (note TEXT)');
  return { file, db };
}

function write(db: Database, notes: number): void {
  const add = db.prepare('INSERT INTO notes VALUES (?)');
  db.transaction(() => {
    for (let i = 0; i < notes; i++) add.run('x'.repeat(1000));
  })();
}

/** What the database says without its log. */
function withoutLog(file: string): number {
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  const db = openDatabase(copy);
  const count = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'").pluck().get() as number;
  const notes = count === 0 ? 0 : (db.prepare('SELECT count(*) FROM notes').pluck().get() as number);
  db.close();
  rmSync(copy);
  return notes;
}

t.test('what was committed is in the database before the writer closes', async (t) => {
  const { file, db } = writerOf('copied.db');
  const log = LogCopier.for(file, MUCH);
  write(db, 500);
  t.equal(withoutLog(file), 0, 'it is only in the log');
  log?.committed(MUCH);
  write(db, 500);
  await log?.close();
  t.ok(withoutLog(file) >= 500);
  db.close();
  t.equal(withoutLog(file), 1000);
  t.notOk(statSync(`${file}-wal`, { throwIfNoEntry: false }), 'the writer was the last to close');
});

t.test('a transaction that is open neither waits nor is copied', async (t) => {
  const { file, db } = writerOf('open.db');
  const log = LogCopier.for(file, MUCH);
  write(db, 200);
  db.exec('BEGIN IMMEDIATE');
  db.prepare("INSERT INTO notes VALUES ('not yet')").run();
  log?.committed(MUCH);
  await log?.close();
  t.equal(withoutLog(file), 200);
  db.exec('COMMIT');
  db.close();
  t.equal(withoutLog(file), 201);
});

t.test('a reader of an older state keeps it', async (t) => {
  const { file, db } = writerOf('read.db');
  write(db, 10);
  const reader = openDatabase(file, { readonly: true });
  reader.exec('BEGIN');
  const count = reader.prepare('SELECT count(*) FROM notes').pluck();
  t.equal(count.get(), 10);
  write(db, 10);
  const log = LogCopier.for(file, MUCH);
  log?.committed(MUCH);
  await log?.close();
  t.equal(count.get(), 10);
  reader.exec('COMMIT');
  t.equal(count.get(), 20);
  reader.close();
  db.close();
});

t.test('a thread is begun only where there is much to copy', async (t) => {
  t.equal(LogCopier.for(join(dir, 'few.db'), 1_000_000), null);
  const { file, db } = writerOf('seldom.db');
  const log = LogCopier.for(file, MUCH);
  write(db, 100);
  log?.committed(1000);
  await log?.close();
  t.equal(withoutLog(file), 0);
  db.close();
});

t.test('a database that can not be opened stops nobody', async (t) => {
  const log = LogCopier.for(join(dir, 'no', 'such', 'folder.db'), MUCH);
  log?.committed(MUCH);
  const begun = log?.close();
  await t.resolves(begun ?? Promise.reject(new Error('there was something to copy')));
  log?.committed(MUCH);
  await t.resolves(log?.close() ?? Promise.reject(new Error('there was something to copy')));
});
