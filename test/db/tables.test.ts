import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { RunTables } from '../../db/tables/run-tables.ts';
import type { Checkpoint } from '../../engine/operator.ts';
import { batchOfRecords } from '../operators/in-memory.ts';

const RUN = { pipeline: 'p', file: 'a.csv' };
const target = (file: string, table: string) => ({ file, table, key: [], measure: '' });

function checkpoint(number: number, last = false): Checkpoint {
  const position = { kind: 'position', bytes: number, state: { at: number }, last } as const;
  return { kind: 'checkpoint', number, position, states: { op: number }, counts: {} };
}

function opened(t: Test, ...files: string[]): RunTables {
  const tables = new RunTables(files, RUN);
  t.teardown(() => tables.close());
  return tables;
}

function count(file: string, table: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  } catch {
    return null;
  } finally {
    db.close();
  }
}

t.test('tables of one database are committed together, when the last has come to the checkpoint', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const tables = opened(t, file);
  const [one, two] = [tables.open(target(file, 'one')), tables.open(target(file, 'two'))];
  one.insert(batchOfRecords([{ n: 1 }]));
  const waiting = one.commit(checkpoint(0));
  t.equal(count(file, 'one'), null, 'not while the other is on its way');
  two.insert(batchOfRecords([{ n: 1 }, { n: 2 }]));
  await Promise.all([waiting, two.commit(checkpoint(0))]);
  t.strictSame([count(file, 'one'), count(file, 'two')], [1, 2]);
  t.match(tables.progress, { number: 0, position: { state: { at: 0 } }, states: { op: 0 } });
});

t.test('what was not committed is undone, and whoever waits is told', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const tables = opened(t, file);
  const [one, two] = [tables.open(target(file, 'one')), tables.open(target(file, 'two'))];
  one.insert(batchOfRecords([{ n: 1 }]));
  const waiting = one.commit(checkpoint(0));
  two.close();
  await t.rejects(waiting, { message: 'the run was stopped' });
  one.close();
  t.equal(count(file, 'one'), null);
});

t.test('a database that is ahead of another takes nothing twice', async (t) => {
  const dir = t.testdir();
  const [ahead, behind] = [join(dir, 'ahead.db'), join(dir, 'behind.db')];
  const before = new RunTables([ahead], RUN);
  const table = before.open(target(ahead, 'rows'));
  for (const number of [0, 1]) {
    table.insert(batchOfRecords([{ n: number }]));
    await table.commit(checkpoint(number));
  }
  before.close();
  const tables = opened(t, ahead, behind);
  t.equal(tables.progress, null, 'one of the two has nothing');
  const both = [tables.open(target(ahead, 'rows')), tables.open(target(behind, 'rows'))];
  for (const number of [0, 1, 2]) {
    for (const each of both) {
      each.insert(batchOfRecords([{ n: number }]));
      await each.commit(checkpoint(number, number === 2));
    }
  }
  t.strictSame([count(ahead, 'rows'), count(behind, 'rows')], [3, 3]);
  t.match(tables.progress, { number: 2, position: { last: true } });
});

t.test('a second process that runs the same pipeline is stopped', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const [first, second] = [opened(t, file), opened(t, file)];
  await first.open(target(file, 'rows')).commit(checkpoint(0));
  const late = second.open(target(file, 'rows'));
  await t.rejects(late.commit(checkpoint(0)), {
    code: 'pipeline_busy',
    message: /another process runs the same pipeline over a\.csv/,
  });
});

t.test('names may be anything, and text that looks like SQL stays text', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const name = 'sales "of" today; DROP TABLE x';
  const table = opened(t, file).open({ ...target(file, name), key: ['or der'] });
  const { tallies } = table.insert(
    batchOfRecords([
      { 'or der': "1'; --", group: 1 },
      { 'or der': "1'; --", group: 2 },
    ]),
  );
  t.match(tallies, { inserted: { records: 1 }, updated: { records: 1 } });
  await table.commit(checkpoint(0));
  t.equal(count(file, `"${name.replaceAll('"', '""')}"`), 1);
});
