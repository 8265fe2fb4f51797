import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { Identifiers, identifierOf } from '../../db/identifiers.ts';
import { Scratch } from '../../db/scratch.ts';
import { Statements } from '../../db/statements.ts';
import { TextColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { identifierColumn } from './sales-batches.ts';

const db = openDatabase(join(t.testdir(), 'warehouse.db'));
const identifiers = new Identifiers(new Statements(db));
t.teardown(() => db.close());

const identifier = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((n) => `ORD-${String(n).padStart(6, '0')}`),
  fc.tuple(fc.constantFrom('A', 'B-', ''), fc.integer({ min: 0, max: 99 })).map(([affix, n]) => `${affix}${n}`),
  fc.constantFrom('walk-in', 'x', '12345678901234'),
);

t.test('a ref stands for its identifier, and the same one for the same, whatever the column is', async (t) => {
  const scratch = new Scratch();
  const texts = fc.array(fc.option(identifier), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), (batches) => {
      const dictionary = new Dictionary();
      for (const texts of batches) {
        const refs = [...identifiers.refs(identifierColumn(texts, dictionary), scratch)!];
        t.same(
          refs.map((ref) => (Number.isNaN(ref) ? null : identifierOf(db, ref))),
          texts,
        );
        t.same([...identifiers.refs(new TextColumn(texts), scratch)!], refs);
      }
    }),
    { numRuns: 60 },
  );
});

t.test('affixes that were rolled back are given out anew', async (t) => {
  const column = identifierColumn(['NEW-1']);
  db.exec('BEGIN');
  identifiers.refs(column, new Scratch());
  db.exec('ROLLBACK');
  identifiers.clear();
  t.equal(identifierOf(db, identifiers.refs(column, new Scratch())![0]!), 'NEW-1');
});
