import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { claim, claimedBefore, freePath, giveBack, inboxNames, isInboxName, wholeFiles } from '../../jobs/inbox.ts';
import { homeWith } from './home-with.ts';

t.test('which names belong in an inbox', async (t) => {
  const taken = ['a.csv', 'A.CSV', 'b.tsv', 'c.txt', 'd.csv.gz', 'e.psv', 'sales 2025.csv'];
  const left = [
    '.a.csv',
    '~a.csv',
    'a.csv~',
    'a.csv.part',
    'a.csv.crdownload',
    'a.xlsx',
    'a.gz',
    'README',
    '.gitkeep',
    'a.csv.tmp',
  ];
  for (const name of taken) t.ok(isInboxName(name), name);
  for (const name of left) t.notOk(isInboxName(name), name);
});

t.test('names come in the order in which people count', async (t) => {
  const home = await homeWith(t, { 'data/raw/day10.csv': '', 'data/raw/day9.csv': '', 'data/raw/.x.csv': '' });
  t.strictSame(await inboxNames(home), ['day9.csv', 'day10.csv']);
});

t.test('a file is whole when it has been quiet, or stays the same for a while', async (t) => {
  const home = await homeWith(t, { 'data/raw/old.csv': 'x' });
  const [old, fresh] = [join(home.raw, 'old.csv'), join(home.raw, 'new.csv')];
  await writeFile(fresh, 'x');
  const before = performance.now();
  t.strictSame(await wholeFiles([old]), [old]);
  t.ok(performance.now() - before < 200, 'an old one at once');
  t.strictSame(await wholeFiles([old, fresh]), [old, fresh]);
});

t.test('a file that keeps growing is left for the next run', async (t) => {
  const home = await homeWith(t);
  const [growing, still] = [join(home.raw, 'growing.csv'), join(home.raw, 'still.csv')];
  for (const path of [growing, still]) await writeFile(path, 'x');
  const timer = setInterval(() => void appendFile(growing, 'more'), 100);
  t.teardown(() => clearInterval(timer));
  const start = Date.now();
  // Patience ends soon by a clock that runs ten times as fast, while the file's own times stay ahead of it.
  const now = () => start - 20_000 + (Date.now() - start) * 10;
  t.strictSame(await wholeFiles([growing], { now }), []);
  clearInterval(timer);
  t.strictSame(await wholeFiles([still]), [still]);
});

t.test('claiming moves, and giving back moves again, unless the name is taken by then', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': 'first' });
  const path = claim(home, join(home.raw, 'a.csv'));
  t.strictSame(await claimedBefore(home), ['a.csv']);
  await writeFile(join(home.raw, 'a.csv'), 'second');
  giveBack(home, path);
  t.strictSame(await claimedBefore(home), ['a.csv'], 'it stays claimed');
  const second = claim(home, join(home.raw, 'a.csv'));
  t.equal(second, join(home.claimed, 'a-2.csv'));
  giveBack(home, path);
  t.strictSame((await readdir(home.raw)).sort(), ['.claimed', 'a.csv']);
  t.throws(() => claim(home, join(home.raw, 'gone.csv')), { code: 'no_such_file' });
});

t.test('free names keep all extensions', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv.gz': '' });
  t.equal(freePath(home.raw, 'a.csv.gz'), join(home.raw, 'a-2.csv.gz'));
  t.equal(freePath(home.raw, 'b.csv'), join(home.raw, 'b.csv'));
});
