import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';

const WRITER = fileURLToPath(new URL('crashing-writer.ts', import.meta.url));

/** Everything that is not about when or how often it ran. */
function contents(file: string): unknown {
  const db = openDatabase(file, { readonly: true });
  const tables = ['sales', 'orders', 'daily_sales', 'daily_store', 'month_product', 'stores', 'products', 'affixes'];
  const all = tables.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().all());
  const ledger = db.prepare('SELECT file_id, operator, outcome, reason, records, amount FROM ledger').raw().all();
  const letters = db.prepare('SELECT file_id, line, reason, raw FROM dead_letters ORDER BY line').raw().all();
  const { differences } = verify(db);
  db.close();
  return { all, ledger, letters, differences };
}

t.test('a writer killed before any commit, and started again, leaves what an undisturbed one does', async (t) => {
  const folder = t.testdir();
  const write = (name: string, dieAt: number) => {
    const { signal, status, stderr } = spawnSync(process.execPath, [WRITER, join(folder, name), String(dieAt)], {
      encoding: 'utf8',
    });
    return { signal, status, stderr };
  };
  t.match(write('whole.db', -1), { status: 0 });
  const expected = contents(join(folder, 'whole.db'));
  t.match(expected, { differences: [] });
  for (const dieAt of [0, 1, 5, 9]) t.match(write('killed.db', dieAt), { signal: 'SIGKILL' });
  t.match(write('killed.db', -1), { status: 0 });
  t.same(contents(join(folder, 'killed.db')), expected);
});
