import fc from 'fast-check';
import t from 'tap';
import { flatMap } from '../../operators/flat-map.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';

t.test('a delimited list gives a record for each part that is not empty', async (t) => {
  const list = fc.option(fc.array(fc.constantFrom('a', ' b ', '', '  ', 'c d')));
  await fc.assert(
    fc.asyncProperty(fc.array(list, { minLength: 1 }), fc.constantFrom('keep', 'drop'), async (lists, empty) => {
      const given = lists.map((parts, n) => ({ n, list: parts?.join('|') ?? null, revenue: 10 * n }));
      const options = { field: 'list', delimiter: '|', into: 'part', empty };
      const out = await runThrough(flatMap, options, [batchOfRecords(given)]);
      const expected = given.flatMap((record) => {
        const parts = (record.list ?? '').split('|').map((part) => part.trim());
        const full = parts.filter((part) => part !== '');
        const made: (string | null)[] = full.length === 0 && empty === 'keep' ? [null] : full;
        return made.map((part) => ({ ...record, part }));
      });
      t.strictSame(out.records(), expected);
      const left = out.left.flatMap(({ rows }) => rows).length;
      t.equal(left + new Set(expected.map(({ n }) => n)).size, given.length, 'none is lost without a reason');
    }),
    { numRuns: 50 },
  );
});

t.test('a JSON list of objects gives their members as fields; what is no list is rejected', async (t) => {
  const given = [
    { order: 1, items: '[{"sku":"P1","pieces":2},{"sku":"P2","note":{"gift":true}}]' },
    { order: 2, items: '{"sku":"P1"}' },
    { order: 3, items: '[{"sku":"P1"}, 7]' },
    { order: 4, items: '[nonsense' },
    { order: 5, items: '' },
  ];
  const options = { field: 'items', format: 'json', members: ['sku', 'pieces', 'note'], empty: 'drop' };
  const out = await runThrough(flatMap, options, [batchOfRecords(given)]);
  t.match(out.records(), [
    { order: 1, sku: 'P1', pieces: '2', note: null },
    { order: 1, sku: 'P2', pieces: null, note: '{"gift":true}' },
  ]);
  t.strictSame(
    out.dead.map(({ row }) => row),
    [1, 2, 3],
  );
  t.match(out.dead[1]?.faults, [
    { code: 'bad_list', field: 'items', message: 'items: expected objects in the JSON array, got 7' },
  ]);
  t.match(out.left, [{ rows: [4], reason: 'empty_list' }]);
});

t.test('a JSON list of values goes into the field itself', async (t) => {
  const out = await runThrough(flatMap, { field: 'tags', format: 'json' }, [
    batchOfRecords([{ tags: '["a",1,null]' }]),
  ]);
  t.strictSame(out.records(), [{ tags: 'a' }, { tags: '1' }, { tags: null }]);
  const wrong = runThrough(flatMap, { field: 'tags', members: ['a'] }, []);
  await t.rejects(wrong, { code: 'bad_option', message: /"members" needs "format": "json"/ });
});
