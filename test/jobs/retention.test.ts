import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { contentsDigest } from '../../db/contents.ts';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { lockHome } from '../../jobs/lock.ts';
import { retention } from '../../jobs/retention.ts';
import { contentsOf, figure, homeWith, TILL, tillCsv } from './home-with.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2126-03-01T03:30:00Z');

async function run(home: Home, now = NOW, log: (line: string) => void = () => {}) {
  const { signal } = new AbortController();
  const ingest = () => Promise.reject(new Error('no runs here'));
  return retention({ home, trigger: 'schedule', signal, now: () => now, log, ingest, onWake: () => {} });
}

/** A home that has loaded a file with a rejected record. */
async function loaded(t: Parameters<typeof homeWith>[0], keep: object): Promise<Home> {
  const config = { datasets: { till: TILL }, jobs: { retention: { keep } } };
  const home = await homeWith(t, { 'data/raw/a.csv': `${tillCsv(3)}x,y,z,w\n` }, config);
  await ingest({ home });
  return home;
}

t.test('a backup is the warehouse, and of many only the latest stay', async (t) => {
  const home = await loaded(t, { backups: 2 });
  for (let night = 0; night < 3; night++) await run(home, NOW + night * DAY_MS);
  const names = (await readdir(home.backups)).sort();
  t.strictSame(names, [
    'operations-2126-03-02T033000Z.db',
    'operations-2126-03-03T033000Z.db',
    'tillstream-2126-03-02T033000Z.db',
    'tillstream-2126-03-03T033000Z.db',
  ]);
  const copy = openDatabase(join(home.backups, names[3] ?? ''), { readonly: true, check: 'always' });
  t.same(contentsDigest(copy), contentsOf(home));
  copy.close();
});

t.test('what is older than is said goes, and sales and ledger stay', async (t) => {
  const keep = { timelineDays: 10, originalDays: 10, processedDays: 10, deadLetterDays: 10 };
  const home = await loaded(t, keep);
  const later = Date.now() + 11 * DAY_MS;
  for (const dir of [home.processed, home.rejected]) {
    for (const [name, days] of [
      ['old.csv', 11],
      ['new.csv', 9],
      ['.gitkeep', 99],
    ] as const) {
      await writeFile(join(dir, name), 'x');
      const at = (later - days * DAY_MS) / 1_000;
      await utimes(join(dir, name), at, at);
    }
  }
  t.match((await run(home, later - 2 * DAY_MS)).result, { timelines: 0, dead_letters: 0, originals: 0 });
  const { result } = await run(home, later);
  t.match(result, { timelines: 1, dead_letters: 1, originals: 1, processed: 1 });
  t.same(await readdir(home.ingested), []);
  t.same((await readdir(home.processed)).sort(), ['.gitkeep', 'new.csv']);
  t.notOk((await readdir(home.rejected)).includes('old.csv'));
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 3);
  t.equal(figure(home, "SELECT sum(records) FROM ledger WHERE outcome = 'dead_lettered'"), 1);
  t.match((await run(home, later)).message, 'nothing was old enough', 'once');
});

t.test('unless said otherwise originals stay for ever', async (t) => {
  const home = await loaded(t, {});
  await run(home);
  t.same(await readdir(home.ingested), ['a.csv']);
});

t.test('it waits until nobody writes', async (t) => {
  const home = await loaded(t, {});
  const lock = await lockHome(home, { what: 'test' });
  const waiting = Promise.withResolvers<void>();
  const done = run(home, NOW, (line) => line.includes('waiting') && waiting.resolve());
  await waiting.promise;
  t.same(await readdir(home.backups).catch(() => []), []);
  await lock.release();
  t.match((await done).message, 'backed up');
});

t.test('a home without a warehouse has nothing to lose', async (t) => {
  t.match((await run(await homeWith(t))).message, 'nothing was old enough');
});

t.test('what operators have written down goes, but not of files that a run may go on with', async (t) => {
  const home = await loaded(t, {});
  const scratch = join(home.dir, 'data', '.scratch');
  const file = Number(figure(home, 'SELECT file_id FROM files'));
  const folders = [`${file}-0`, `${file + 1}-0`, 'notes'];
  for (const folder of folders) await mkdir(join(scratch, folder, 'sort'), { recursive: true });
  const db = openDatabase(home.database);
  db.exec("UPDATE files SET status = 'failed'");
  t.match((await run(home)).result, { scratch_folders: 1 });
  t.same((await readdir(scratch)).sort(), [`${file}-0`, 'notes']);
  db.exec("UPDATE files SET status = 'abandoned'");
  db.close();
  t.match((await run(home)).message, 'deleted 1 scratch folders');
  t.same((await readdir(scratch)).sort(), ['notes']);
});
