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

/** Sends records to as many outputs as it is told. */
const fork = defineOperator({
  name: 'fork',
  summary: 'fork',
  options: Type.Object({ to: Type.Array(Type.String(), { default: ['north', 'south'] }) }),
  outputs: ({ to }) => to,
  create: () => ({ process() {} }),
});

const join = defineOperator({
  name: 'join',
  summary: 'join',
  options: Type.Object({}),
  inputs: ['left', 'right'],
  create: () => ({ process() {} }),
});

const merge = defineOperator({
  name: 'merge',
  summary: 'merge',
  options: Type.Object({}),
  inputs: 'any',
  create: () => ({ process() {} }),
});

const registry = new Map([source, filter, fork, join, merge].map((each) => [each.name, each]));
const head = { operator: 'source', options: { path: 'a.csv' } };
const main = (from: string) => [{ name: 'main', from, port: 'main' }];
const inputsOf = (entries: Parameters<typeof makePlan>[0]) =>
  Object.fromEntries(makePlan(entries, registry).map(({ id, inputs }) => [id, inputs]));

t.test('a plan is complete: ids and defaults filled in', (t) => {
  t.strictSame(makePlan([head, 'filter', { operator: 'filter', id: 'second', options: { keep: false } }], registry), [
    { id: 'source', operator: 'source', options: { path: 'a.csv', size: 5 }, inputs: [] },
    { id: 'filter', operator: 'filter', options: { fields: ['a'], keep: true }, inputs: main('source') },
    { id: 'second', operator: 'filter', options: { fields: ['a'], keep: false }, inputs: main('filter') },
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
    [[head, 'fliter'], 'unknown_operator', /operators\[1\]: no operator is called "fliter" — did you mean "filter"\?/],
    [[head, 'quux'], 'unknown_operator', /there are: source, filter, fork, join, merge/],
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

t.test('a plan is a graph where its entries say where their records come from', (t) => {
  const entries = [
    head,
    'fork',
    { operator: 'filter', id: 'a', from: ['fork.north'] },
    'filter',
    { operator: 'filter', id: 'b', from: 'fork.south' },
    { operator: 'merge', from: ['filter', 'b'] },
    { operator: 'source', id: 'prices', options: { path: 'b.csv' } },
    { operator: 'join', from: { right: 'prices', left: 'merge' } },
    'filter',
  ];
  t.strictSame(inputsOf(entries), {
    source: [],
    fork: main('source'),
    a: [{ name: 'main', from: 'fork', port: 'north' }],
    filter: main('a'),
    b: [{ name: 'main', from: 'fork', port: 'south' }],
    merge: [
      { name: '0', from: 'filter', port: 'main' },
      { name: '1', from: 'b', port: 'main' },
    ],
    prices: [],
    join: [
      { name: 'left', from: 'merge', port: 'main' },
      { name: 'right', from: 'prices', port: 'main' },
    ],
    'filter-2': main('join'),
  });
  t.end();
});

t.test('an id may contain dots', (t) => {
  const entries = [head, { operator: 'fork', id: 'v1', options: { to: ['b'] } }, { operator: 'fork', id: 'v1.b' }];
  const both = [
    { operator: 'filter', id: 'x', from: ['v1.b.north'] },
    { operator: 'filter', id: 'y', from: ['v1.b.south'] },
  ];
  const between = { ...entries[2], operator: 'fork', from: ['v1.b'] };
  t.strictSame(inputsOf([head, entries[1]!, between, ...both]).y, [{ name: 'main', from: 'v1.b', port: 'south' }]);
  t.end();
});

t.test('what is wrong with the edges is said with the nearest that would do', (t) => {
  const filterFrom = (...from: string[]) => ({ operator: 'filter', from });
  const other = { operator: 'source', id: 'prices', options: { path: 'b.csv' } };
  const refused: [Parameters<typeof makePlan>[0], RegExp][] = [
    [[head, head], /operators\[0\]: "source": nothing takes its output "main"; .* needs "from": \["source"\]/],
    [[head, 'filter', other], /operators\[2\]: "source": nothing takes .* needs "from": \["prices"\]/],
    [[head, { operator: 'source', options: { path: 'b' }, from: ['source'] }], /is a source, .*leave out "from"/],
    [[head, 'fork', 'filter'], /"fork" has no output "main"; there are: north, south; write "from": \["fork.north"\]/],
    [[head, 'fork', filterFrom('fork.nroth')], /"fork" has no output "nroth" — did you mean "north"\?/],
    [[head, 'fork', filterFrom('frok.north')], /no entry before it is called "frok" — did you mean "fork"\?/],
    [
      [head, 'fork', filterFrom('fork.north')],
      /operators\[1\]: "fork": nothing takes its output "south"; .*"fork.south"/,
    ],
    [[head, filterFrom('merge'), 'merge'], /"merge" does not come before it/],
    [[head, filterFrom('filter')], /"filter" does not come before it/],
    [
      [head, 'filter', filterFrom('source')],
      /"source" can go to one place only, and "filter" takes it already; put a "broadcast"/,
    ],
    [[head, { operator: 'merge', from: ['source', 'source'] }], /and "merge" takes it twice/],
    [[head, other, filterFrom('source', 'prices')], /takes one input, got 2: put a "merge" before it/],
    [[head, filterFrom()], /"from" is empty/],
    [[head, { operator: 'merge', from: [] }], /"from" is empty/],
    [[head, { operator: 'filter', from: { main: 'source' } }], /its inputs have no names/],
    [[head, 'join'], /has 2 inputs; expected "from": \{ "left": "ID", "right": "ID" \}, got no "from"/],
    [[head, { operator: 'join', from: ['source'] }], /expected "from": \{ "left"/],
    [[head, { operator: 'join', from: { left: 'source' } }], /nothing comes in at "right"/],
    [
      [head, { operator: 'join', from: { left: 'source', rihgt: 'source' } }],
      /no input "rihgt" — did you mean "right"\?/,
    ],
  ];
  for (const [entries, message] of refused) t.throws(() => makePlan(entries, registry), { code: 'bad_plan', message });
  t.end();
});
