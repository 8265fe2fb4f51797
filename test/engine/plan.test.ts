import { Type } from '@sinclair/typebox';
import t from 'tap';
import { defineOperator } from '../../engine/define-operator.ts';
import { makePlan } from '../../engine/plan.ts';

const source = defineOperator({
  name: 'source',
  summary: 'source',
  options: Type.Object({ path: Type.String(), size: Type.Number({ default: 5, minimum: 1 }) }),
  source: () => ({ async *read() {} }),
});

const filter = defineOperator({
  name: 'filter',
  summary: 'filter',
  options: Type.Object({
    fields: Type.Array(Type.String(), { default: ['a'] }),
    keep: Type.Boolean({ default: true }),
  }),
  filter: () => true,
});

const registry = new Map([source, filter].map((each) => [each.name, each]));
const head = { operator: 'source', options: { path: 'a.csv' } };

t.test('a plan is complete: ids and defaults filled in', (t) => {
  t.strictSame(makePlan([head, 'filter', { operator: 'filter', id: 'second', options: { keep: false } }], registry), [
    { id: 'source', operator: 'source', options: { path: 'a.csv', size: 5 } },
    { id: 'filter', operator: 'filter', options: { fields: ['a'], keep: true } },
    { id: 'second', operator: 'filter', options: { fields: ['a'], keep: false } },
  ]);
  t.end();
});

t.test('ids are unique, whatever was asked for', (t) => {
  const entries = [head, 'filter', { operator: 'filter', id: 'filter-2' }, 'filter', 'filter'];
  const ids = makePlan(entries, registry).map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, ids.join());
  t.strictSame(ids.slice(0, 3), ['source', 'filter', 'filter-2']);
  t.end();
});

t.test('a plan is frozen through and through, and the entries it was made from are not touched', (t) => {
  const options = { fields: ['b'] };
  const plan = makePlan([head, { operator: 'filter', options }], registry);
  const node = plan[1]!;
  t.throws(() => (node.options.fields as string[]).push('c'), TypeError);
  t.throws(() => Object.assign(node.options, { keep: false }), TypeError);
  t.throws(() => (plan as unknown[]).push(node), TypeError);
  options.fields.push('c');
  t.strictSame(node.options.fields, ['b']);
  t.strictSame(JSON.parse(JSON.stringify(plan)), plan, 'it is plain JSON');
  t.end();
});

t.test('what is wrong is said with its place', (t) => {
  const refused: [Parameters<typeof makePlan>[0], string, RegExp][] = [
    [[], 'bad_plan', /needs a source/],
    [['filter'], 'bad_plan', /operators\[0\]: "filter" is not a source/],
    [[head, head], 'bad_plan', /operators\[1\]: "source" is a source/],
    [[head, 'fliter'], 'unknown_operator', /operators\[1\]: no operator is called "fliter" — did you mean "filter"\?/],
    [[head, 'quux'], 'unknown_operator', /there are: source, filter/],
    [
      [head, { operator: 'filter', options: { kep: true } }],
      'bad_option',
      /unknown option "kep" — did you mean "keep"/,
    ],
    [[head, { operator: 'filter', options: { keep: 'yes' } }], 'bad_option', /filter: option "keep": .*got "yes"/],
    [[{ operator: 'source', options: { path: 'a', size: 0 } }], 'bad_option', /source: option "size": .*got 0/],
    [['source'], 'bad_option', /source: option "path"/],
  ];
  for (const [entries, code, message] of refused) t.throws(() => makePlan(entries, registry), { code, message });
  t.end();
});
