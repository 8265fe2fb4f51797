import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import { ingest } from '../../jobs/ingest.ts';
import { figure, homeWith, TILL, tillCsv } from './home-with.ts';

const RECORDS = 42_000;
const SORT = { operator: 'sort', options: { by: [{ field: 'sold_at', order: 'desc' }], memoryMiB: 1 } };
const config = {
  checkpointBytes: 65_536,
  datasets: {
    till: {
      ...TILL,
      operators: ['csv-source', 'validate', SORT, 'enrich', 'aggregate', 'dead-letter', 'batch-insert'],
    },
  },
};

type Home = Awaited<ReturnType<typeof homeWith>>;
const scratch = (home: Home) => join(home.dir, 'data', '.scratch');
const written = (home: Home) =>
  existsSync(scratch(home))
    ? readdirSync(scratch(home), { recursive: true }).filter((name) => `${name}`.endsWith('.jsonl'))
    : [];

/** Loads until the first checkpoint that is kept. */
async function interrupted(home: Home): Promise<void> {
  const stop = new AbortController();
  const onEvent = ({ type }: IngestEvent) => {
    if (type === 'sample' && figure(home, 'SELECT count(*) FROM checkpoints') === 1) stop.abort();
  };
  await ingest({ home, signal: stop.signal, sampleMs: 20, onEvent });
}

t.test('an interrupted sort goes on with what it has written down', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(RECORDS) }, config);
  await interrupted(home);
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 0, 'nothing goes on before the end');
  t.ok(written(home).length > 0, 'what was read is written down');
  t.match((await ingest({ home })).files, [{ status: 'done', inserted: RECORDS, notes: [/went on/] }]);
  t.equal(figure(home, 'SELECT count(DISTINCT line) FROM sales'), RECORDS);
  const db = openDatabase(home.database, { readonly: true });
  t.teardown(() => db.close());
  t.match(verify(db), { ok: true });
  t.strictSame(written(home), [], 'and nothing is left');
});

t.test('where what was written down is gone, the file is read from its beginning', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(RECORDS) }, config);
  await interrupted(home);
  await rm(scratch(home), { recursive: true });
  const { files } = await ingest({ home });
  t.match(files, [{ status: 'done', inserted: RECORDS, notes: [/written down is gone; read from its beginning/] }]);
  t.equal(figure(home, 'SELECT count(*) FROM sales'), RECORDS);
  t.strictSame(written(home), []);
});
