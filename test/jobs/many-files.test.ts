import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import type { FileReport } from '../../jobs/ingest/report.ts';
import { ingest } from '../../jobs/ingest.ts';
import { contentsOf, drop, homeWith, tillCsv } from './home-with.ts';

const visible = async (dir: string) => (await readdir(dir)).filter((name) => !name.startsWith('.')).sort();

/** Files of all sorts, some alike in size, some in their bytes, some that can't be loaded. */
const FILES: Readonly<Record<string, string>> = Object.fromEntries([
  ...Array.from({ length: 4 }, (_, i): [string, string] => [`day-${i}.csv`, tillCsv(3 + (i % 2), 1 + i * 10)]),
  ['day-4.csv', tillCsv(4, 31)],
  ['odd-1.csv', 'this,that\n1,2\n'],
  ['odd-2.csv', ''],
  ['part-1.csv', `${tillCsv(2, 200)}2025-03-01,A9,x,1.50\n`],
  ['part-2.csv', tillCsv(1, 300).replace('price', 'cost')],
]);

t.test('files that come together are loaded as if each came alone', async (t) => {
  const inbox = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`data/raw/${name}`, FILES[name]!]));
  const names = Object.keys(FILES);
  const together = await homeWith(t, inbox(names));
  const report = await ingest({ home: together });
  const alone = await homeWith(t);
  const each: FileReport[] = [];
  for (const name of names) {
    await drop(join(alone.raw, name), FILES[name]!);
    each.push(...(await ingest({ home: alone, only: [name] })).files);
  }
  const kept = ({ duration_ms: _, rejected, ...rest }: FileReport) => ({ ...rest, isRejected: !!rejected });
  t.strictSame(report.files.map(kept), each.map(kept));
  t.strictSame(contentsOf(together), contentsOf(alone));
  for (const folder of ['raw', 'claimed', 'ingested', 'rejected'] as const) {
    t.strictSame(await visible(together[folder]), await visible(alone[folder]), folder);
  }
  const db = openDatabase(together.database, { readonly: true });
  t.teardown(() => db.close());
  t.equal(verify(db).ok, true);
});

t.test('files of one name from several places stay apart', async (t) => {
  const home = await homeWith(t, {
    'data/ingested/a.csv': 'of long ago',
    'data/raw/.claimed/a.csv': tillCsv(2),
    'data/raw/a.csv': tillCsv(3, 50),
    'data/raw/a-2.csv': tillCsv(4, 90),
  });
  const { files } = await ingest({ home });
  t.strictSame(
    files.map(({ name, inserted }) => [name, inserted]),
    [
      ['a.csv', 2],
      ['a-2.csv', 4],
      ['a.csv', 3],
    ],
  );
  const originals = await visible(home.ingested);
  t.equal(originals.length, 4);
  const texts = await Promise.all(originals.map((name) => readFile(join(home.ingested, name), 'utf8')));
  t.strictSame(texts.sort(), ['of long ago', tillCsv(2), tillCsv(3, 50), tillCsv(4, 90)].sort());
});

t.test('a run that is stopped leaves the next files where they were', async (t) => {
  const stop = new AbortController();
  const home = await homeWith(t, {
    'data/raw/a.csv': tillCsv(20),
    'data/raw/b.csv': tillCsv(30, 50),
    'data/raw/c.csv': tillCsv(40, 90),
  });
  const onEvent = (event: IngestEvent) => {
    if (event.type === 'file-finished') stop.abort();
  };
  const stopped = await ingest({ home, signal: stop.signal, onEvent });
  t.equal(stopped.status, 'aborted');
  t.strictSame(
    stopped.files.map(({ name, status }) => [name, status]),
    [['a.csv', 'done']],
  );
  t.strictSame(await visible(home.raw), ['b.csv', 'c.csv']);
  t.strictSame(await readdir(home.claimed), []);
  const { files } = await ingest({ home });
  t.strictSame(
    files.map(({ name, inserted, notes }) => [name, inserted, notes.length]),
    [
      ['b.csv', 30, 0],
      ['c.csv', 40, 0],
    ],
  );
});
