import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { listDeadLetters } from '../../db/dead-letters.ts';
import { verify } from '../../db/verify.ts';
import { formatDecimal, MONEY_SCALE } from '../../engine/decimal.ts';
import { generateSales, type ManifestEntry } from '../../jobs/generate.ts';
import { initHome } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';

t.test('every spoilt record of generated sales meets the fate that its manifest says', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  const made = await generateSales({ out: home.raw, rows: 30_000, days: 3, dirty: 0.03, seed: 11 });
  const report = await ingest({ home });
  const { accepted, deadLettered, filtered, revenue } = made.expected;
  t.match(report, {
    status: 'done',
    ledger: { read: made.rows, inserted: accepted, dead_lettered: deadLettered, filtered, balanced: true },
  });
  t.equal(report.ledger.revenue.inserted, formatDecimal(revenue, MONEY_SCALE), 'to the last digit');

  const manifest = (await readFile(made.manifest ?? '', 'utf8')).trim().split('\n');
  const spoilt = manifest.map((line) => JSON.parse(line) as ManifestEntry);
  t.ok(new Set(spoilt.map(({ kind }) => kind)).size >= 12, 'of at least twelve kinds');
  const db = openDatabase(home.database, { readonly: true });
  t.teardown(() => db.close());
  const letters = new Map(listDeadLetters(db).map((letter) => [`${letter.file}:${letter.line}`, letter]));
  for (const { file, line, kind, expected, reasons } of spoilt) {
    const letter = letters.get(`${file}:${line}`);
    if (expected !== 'dead_letter') {
      if (letter) t.fail(`${kind} at ${file}:${line} should not be a dead letter`);
    } else if (!letter || !reasons.includes(letter.reason)) {
      t.fail(`${kind} at ${file}:${line}: expected ${reasons.join(' or ')}, got ${letter?.reason ?? 'nothing'}`);
    }
    letters.delete(`${file}:${line}`);
  }
  t.strictSame([...letters.keys()], [], 'and no other record');
  t.match(verify(db), { ok: true });
});
