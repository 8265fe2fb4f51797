import t from 'tap';
import { isList, placesOf, wayBetween } from '../../web/src/lib/live/plan-layout.ts';

const node = (id: string, ...inputs: string[]) => ({ id, inputs });

t.test('a list is one line of columns', async (t) => {
  const nodes = [node('a'), node('b', 'a'), node('c', 'b')];
  t.equal(isList(nodes), true);
  t.same(
    [...placesOf(nodes).values()],
    [0, 1, 2].map((column) => ({ column, row: 0 })),
  );
});

t.test('branches stand side by side, and what merges them after all', async (t) => {
  const nodes = [
    ...[node('source'), node('route', 'source'), node('north', 'route'), node('south', 'route'), node('more', 'south')],
    node('merge', 'north', 'more'),
  ];
  t.equal(isList(nodes), false);
  const places = placesOf(nodes);
  t.same(places.get('north'), { column: 2, row: 0 });
  t.same(places.get('south'), { column: 2, row: 1 });
  t.same(places.get('more'), { column: 3, row: 1 });
  t.same(places.get('merge'), { column: 4, row: 0 });
  t.equal(new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size, nodes.length);
});

t.test('a way is straight within a row and bends between two', async (t) => {
  t.equal(wayBetween({ column: 0, row: 0 }, { column: 1, row: 0 }, 100, 80, 20), 'M100 40H120');
  t.match(wayBetween({ column: 0, row: 0 }, { column: 1, row: 1 }, 100, 80, 20), /^M100 40C110 40 110 140 120 140$/);
});
