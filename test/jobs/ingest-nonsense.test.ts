import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { type Home, homeAt, makeFolders } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { tillstream } from '../bin/terminal-in-memory.ts';
import { homeWith, TILL, tillCsv } from './home-with.ts';

/** Root may read and write everything, whatever the permissions. */
const isRoot = process.getuid?.() === 0;

t.test('files that are none fail with a sentence', async (t) => {
  const home = await homeWith(t, {
    'empty.csv': '',
    'blank.csv': '\n\n',
    'picture.csv': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    'noise.csv': Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919) % 32)),
    'workbook.csv': 'PK\x03\x04 and more',
  });
  await mkdir(join(home.dir, 'folder.csv'));
  const wrong: readonly (readonly [file: string, message: RegExp])[] = [
    ['missing.csv', /missing\.csv: there is no such file/],
    ['folder.csv', /folder\.csv: is a folder/],
    ['empty.csv', /empty/],
    ['blank.csv', /no record|empty/],
    ['picture.csv', /an image/],
    ['noise.csv', /control characters/],
    ['workbook.csv', /a ZIP archive or an Excel workbook/],
  ];
  for (const [file, message] of wrong) {
    const { files, status } = await ingest({ home, files: [join(home.dir, file)] });
    t.equal(status, 'failed', file);
    t.match(files, [{ name: file, status: 'failed', error: { code: /^[a-z_]+$/, message } }], file);
  }
});

t.test('nonsense in the inbox stays there and is told of', async (t) => {
  const home = await homeWith(t, { 'data/raw/empty.csv': '', 'data/raw/good.csv': tillCsv(1) });
  const report = await ingest({ home });
  t.match(report.files, [
    { name: 'empty.csv', status: 'failed', error: { message: /empty/ } },
    { name: 'good.csv', status: 'done' },
  ]);
  t.ok((await readdir(home.raw)).includes('empty.csv'));
});

t.test('a header without records is a file without records', async (t) => {
  const home = await homeWith(t, {
    'data/raw/a.csv': 'sold,article,pieces,price\n',
    'data/raw/b.csv': 'sold,article,pieces,price',
  });
  t.match((await ingest({ home })).files, [
    { status: 'done', read: 0 },
    { status: 'done', read: 0 },
  ]);
});

t.test('a file that may not be read', { skip: isRoot && 'root may read everything' }, async (t) => {
  const home = await homeWith(t, { 'secret.csv': tillCsv(1) });
  await chmod(join(home.dir, 'secret.csv'), 0);
  const { files } = await ingest({ home, files: [join(home.dir, 'secret.csv')] });
  t.match(files, [{ status: 'failed', error: { message: /not permitted/ } }]);
});

t.test('an unknown dataset, a malformed configuration', async (t) => {
  const home = await homeWith(t);
  const unknown = await tillstream(['ingest', '--dataset', 'tills', '--home', home.dir]);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, 'has no dataset "tills" — did you mean "till"?');
  await writeFile(home.config, '{ "datasets": { "till": { "fields": [ } } }');
  const malformed = await tillstream(['ingest', '--home', home.dir]);
  t.equal(malformed.code, 1);
  t.match(malformed.stderr, /schema_config\.json.*line 1/);
  t.notMatch(malformed.stderr, /at .*\.ts:/, 'no stack');
});

t.test('a database from a newer version is not opened', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(1) });
  const db = new Database(home.database);
  db.pragma('user_version = 999');
  db.close();
  for (const command of ['ingest', 'kpi summary', 'verify']) {
    const { code, stderr } = await tillstream([...command.split(' '), '--home', home.dir]);
    t.equal(code, 1, command);
    t.match(stderr, 'was written by a newer Tillstream', command);
  }
  t.ok((await readdir(home.raw)).includes('a.csv'), 'the file stays');
});

t.test('a database that is none', async (t) => {
  const home = await homeWith(t, {
    'db/tillstream.db': 'this is no database, however long it may be '.repeat(100),
    'data/raw/a.csv': tillCsv(1),
  });
  const { code, stderr } = await tillstream(['ingest', '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, /damaged or is no SQLite database/);
});

t.test('asking before anything was loaded', async (t) => {
  const home = await homeWith(t);
  const { code, stderr } = await tillstream(['kpi', 'summary', '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, /is not there yet; ingest a file/);
});

t.test('a folder that cannot be written', { skip: isRoot && 'root may write everywhere' }, async (t) => {
  const home = await homeWith(t, { 'a.csv': tillCsv(1) });
  await chmod(join(home.dir, 'db'), 0o555);
  t.teardown(() => chmod(join(home.dir, 'db'), 0o755));
  const { code, stderr } = await tillstream(['ingest', join(home.dir, 'a.csv'), '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, /permissions/);
});

t.test('a full disk stops the run, and once there is room it goes on', async (t) => {
  const disk = await smallDisk(t, '3m');
  if (!disk) return;
  const { home, file } = await homeOn(t, disk, 100_000);
  const full = await ingest({ home, files: [file] });
  t.match(full, { status: 'failed', error: { code: 'disk_full', message: /free some/ } });
  execFileSync('mount', ['-o', 'remount,size=300m', disk]);
  const { files } = await ingest({ home, files: [file] });
  t.match(files, [{ status: 'done', read: 100_000, inserted: 100_000 }]);
});

t.test('a read-only disk', async (t) => {
  const disk = await smallDisk(t, '20m');
  if (!disk) return;
  const { home, file } = await homeOn(t, disk, 1);
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const { code, stderr } = await tillstream(['ingest', file, '--home', home.dir]);
  t.equal(code, 1);
  t.match(stderr, /read-only/);
  t.notMatch(stderr, /at .*\.ts:/, 'no stack');
});

/** A disk of its own, where this process may make one. */
async function smallDisk(t: Test, size: string): Promise<string | null> {
  const disk = await mkdtemp(join(tmpdir(), 'tillstream-disk-'));
  t.teardown(() => rm(disk, { recursive: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    t.pass('a disk cannot be mounted here', { skip: 'mounting needs to be permitted' });
    return null;
  }
  t.teardown(() => execFileSync('umount', ['-l', disk]));
  return disk;
}

async function homeOn(t: Test, disk: string, records: number): Promise<{ home: Home; file: string }> {
  const file = join(t.testdir(), 'a.csv');
  await writeFile(file, tillCsv(records));
  const home = homeAt(disk);
  await makeFolders(home);
  await writeFile(home.config, JSON.stringify({ checkpointBytes: 65_536, datasets: { till: TILL } }));
  return { home, file };
}
