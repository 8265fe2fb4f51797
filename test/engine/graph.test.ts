import '../fixtures/garbage.ts';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { DEAD_LETTER } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import type { PlanEntry } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import { requestFor, Store } from './graph-operators.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const ascending = (list: readonly number[]) => [...list].sort((a, b) => a - b);

const diamond = (ordered: boolean, source: object = {}): PlanEntry[] => [
  { operator: 'numbers', options: { ...source } },
  { operator: 'fork', options: { to: ['a', 'b'] } },
  { operator: 'slow', from: ['fork.a'] },
  { operator: 'sum', from: ['fork.b'] },
  { operator: 'merge', from: ['slow', 'sum'], options: { ordered } },
  'store',
];

t.test('records part and come together again; every one arrives, and the ledger balances', async (t) => {
  const store = new Store();
  const durable: Checkpoint[] = [];
  const request = requestFor(diamond(false), [store.operator()], { onCommitted: (each) => durable.push(each) });
  const { metrics } = await run(request);
  t.strictSame(ascending(store.numbers), upTo(60));
  t.ok(store.totals.balanced);
  t.equal(store.totals.outcomes.inserted.records, 60);
  t.strictSame(
    durable.map(({ number }) => number),
    [0, 1, 2, 3],
  );
  t.strictSame(
    metrics.operators.map(({ id, counts }) => [id, counts.in.records]),
    [
      ['numbers', 0],
      ['fork', 60],
      ['slow', 30],
      ['sum', 30],
      ['merge', 60],
      ['store', 60],
    ],
  );
  for (const { counts } of store.checkpoints) {
    t.strictSame(Object.keys(counts), ['numbers', 'fork', 'slow', 'sum', 'merge', 'store'], 'in the order of the plan');
  }
});

t.test('a checkpoint holds what came before it on every branch, and nothing after', async (t) => {
  const store = new Store();
  await run(requestFor(diamond(false), [store.operator()]));
  let stored = 0;
  for (const { position, counts, states } of store.checkpoints) {
    stored += counts.store!.in.records;
    const read = Math.min(60, Number(position.state) - 1);
    t.equal(stored, read);
    t.equal(
      states.sum,
      upTo(read)
        .filter((n) => n % 2 === 1)
        .reduce((a, b) => a + b, 0),
    );
  }
});

/** Passes on what comes in at `left`, and notes all that it is told. */
function joiner(told: string[]): Operator {
  return defineOperator({
    name: 'join',
    summary: 'joins',
    options: Type.Object({}),
    inputs: ['left', 'right'],
    create: (_options, { inputs }) => ({
      process(batch, out, input) {
        told.push(`${input} ${batch.length}`);
        return out.emit(batch);
      },
      ended: (input) => void told.push(`${input} ended`),
      flush: () => void told.push(`flush ${inputs?.join()}`),
    }),
  });
}

const twoSources = (left: object, right: object): PlanEntry[] => [
  { operator: 'numbers', options: { ...left } },
  { operator: 'numbers', id: 'other', options: { first: 1001, ...right } },
  { operator: 'sum', from: ['other'] },
  { operator: 'join', from: { right: 'sum', left: 'numbers' } },
  'store',
];

t.test('an operator of several inputs is told where records come in, and when an input ends', async (t) => {
  const told: string[] = [];
  const store = new Store();
  await run(requestFor(twoSources({ records: 40 }, { records: 5 }), [joiner(told), store.operator()]));
  t.strictSame(told.filter((each) => /^(left|right) \d/.test(each)).length, 9);
  t.ok(told.indexOf('right ended') < told.lastIndexOf('left 5'), 'the short one ends first');
  t.ok(told.indexOf('right ended') > told.indexOf('right 5'));
  t.strictSame(told.slice(-2), ['left ended', 'flush left,right']);
  t.equal(told.filter((each) => each.endsWith('ended')).length, 2);
  t.equal(store.numbers.length, 45);
  t.ok(store.totals.balanced);
  t.equal(store.totals.read.records, 45, 'of both sources');
});

t.test(
  'a further source joins the checkpoints of the first at its own positions, and goes on from there',
  async (t) => {
    for (const [left, right] of [
      [{ records: 40 }, { records: 5 }],
      [{ records: 5 }, { records: 40, every: 1 }],
      [
        { records: 40, every: 1 },
        { records: 60, every: 2 },
      ],
    ]) {
      const whole = new Store();
      await run(requestFor(twoSources(left!, right!), [joiner([]), whole.operator()]));
      for (const { number, position, states } of whole.checkpoints.slice(0, -1)) {
        const rest = new Store();
        const resume = { number, source: position.state, states };
        await run(requestFor(twoSources(left!, right!), [joiner([]), rest.operator()], { resume }));
        const before = whole.checkpoints.filter((each) => each.number <= number);
        const stored = before.reduce((sum, { counts }) => sum + counts.store!.in.records, 0);
        t.strictSame(ascending([...whole.numbers.slice(0, stored), ...rest.numbers]), ascending(whole.numbers));
        t.equal(rest.checkpoints[0]!.number, number + 1);
        t.equal(rest.checkpoints.at(-1)!.states.sum, whole.checkpoints.at(-1)!.states.sum);
      }
    }
  },
);

t.test('a further source that ends without saying so fails the run', async (t) => {
  const endless = defineOperator({
    name: 'endless',
    summary: 'ends',
    options: Type.Object({}),
    source: () => ({ async *read() {} }),
  });
  const entries: PlanEntry[] = ['numbers', 'endless', { operator: 'merge', from: ['numbers', 'endless'] }, 'store'];
  const running = run(requestFor(entries, [endless, new Store().operator()]));
  await t.rejects(running, { code: 'source_unfinished', operator: 'endless' });
});

t.test('a plan may end in several places: a checkpoint is durable when all have it', async (t) => {
  const [north, south] = [new Store(), new Store()];
  const durable: number[] = [];
  const entries: PlanEntry[] = [
    'numbers',
    { operator: 'fork', options: { to: ['north', 'south', 'rest'] } },
    { operator: 'north', from: ['fork.north'] },
    { operator: 'slow', from: ['fork.south'], options: { turns: 9 } },
    'south',
    { operator: 'odd', from: ['fork.rest'] },
  ];
  const onCommitted = ({ number }: Checkpoint) => {
    t.ok([north, south].every((store) => store.checkpoints.some((each) => each.number === number)));
    durable.push(number);
  };
  await run(requestFor(entries, [north.operator('north'), south.operator('south')], { onCommitted }));
  t.strictSame(durable, [0, 1, 2, 3]);
  for (const { totals } of [north, south]) {
    t.ok(totals.balanced, 'each has what all counted');
    t.strictSame([totals.outcomes.inserted.records, totals.outcomes.filtered.records], [40, 20]);
  }
  const left = north.checkpoints.map(({ counts }) => counts.odd!.filtered.left_plan?.records ?? 0);
  t.equal(
    left.reduce((a, b) => a + b),
    10,
    'what goes out at another end is counted with a reason',
  );
});

t.test('side outputs take one way past a fork: to the sink that keeps them, by whoever looks at them', async (t) => {
  const seen: string[] = [];
  const taker = (name: string, commits: boolean): Operator =>
    defineOperator({
      name,
      summary: 'takes dead letters',
      options: Type.Object({}),
      create: () => ({
        ports: [DEAD_LETTER],
        process(batch, out) {
          if (batch.port === DEAD_LETTER) seen.push(...Array.from(batch.provenance.lines, (line) => `${name} ${line}`));
          return commits ? undefined : out.emit(batch);
        },
        ...(commits && { commit: () => {} }),
      }),
    });
  const picky = defineOperator({
    name: 'picky',
    summary: 'refuses thirteens',
    options: Type.Object({}),
    filter: ({ n }) => {
      if (Number(n) % 13 === 0) throw new Error('no thirteens');
      return true;
    },
  });
  const entries: PlanEntry[] = [
    'numbers',
    'picky',
    { operator: 'fork', options: { to: ['a', 'b', 'c', 'd'] } },
    { operator: 'looker', id: 'looker-a', from: ['fork.a'] },
    { operator: 'looker', id: 'looker-aa' },
    { operator: 'slow', from: ['fork.b'] },
    { operator: 'looker', from: ['fork.c'] },
    { operator: 'merge', from: ['slow', 'looker', 'fork.d'] },
    'keeper',
  ];
  const conserved = { ...taker('keeper', true), conserves: false };
  await run(requestFor(entries, [picky, taker('looker', false), conserved]));
  t.strictSame(
    seen,
    [13, 26, 39, 52].flatMap((line) => [`looker ${line}`, `keeper ${line}`]),
  );
});

t.test('records on a port that the operator has not declared are not lost in silence', async (t) => {
  const wrong = defineOperator({
    name: 'wrong',
    summary: 'emits elsewhere',
    options: Type.Object({}),
    conserves: false,
    outputs: () => ['a'],
    create: () => ({ process: (batch, out) => out.emit(batch) }),
  });
  const entries: PlanEntry[] = ['numbers', 'wrong', { operator: 'store', from: ['wrong.a'] }];
  const running = run(requestFor(entries, [wrong, new Store().operator()]));
  await t.rejects(running, {
    code: 'undeclared_output',
    operator: 'wrong',
    message: /on "main", but its outputs are: a/,
  });
});

t.test('an abort stops every branch, and an operator that can not be made closes those that were', async (t) => {
  let closed = 0;
  const counted = (name: string, create: () => void): Operator =>
    defineOperator({
      name,
      summary: 'is counted',
      options: Type.Object({}),
      create: () => {
        create();
        return { process: (batch, out) => out.emit(batch), close: () => void closed++ };
      },
    });
  const entries: PlanEntry[] = [
    { operator: 'numbers', options: { records: 1e6 } },
    { operator: 'fork', options: { to: ['a', 'b'] } },
    { operator: 'counted', from: ['fork.a'] },
    { operator: 'last', from: ['fork.b'] },
    { operator: 'merge', from: ['counted', 'last'] },
    'store',
  ];
  const abort = new AbortController();
  const plain = [counted('counted', () => {}), counted('last', () => {}), new Store().operator()];
  const running = run(requestFor(entries, plain, { signal: abort.signal }));
  setTimeout(() => abort.abort(), 30);
  await t.rejects(running, { name: 'AbortError' });
  t.equal(closed, 2);
  const unmakeable = counted('last', () => {
    throw new Error('no such folder');
  });
  await t.rejects(run(requestFor(entries, [plain[0]!, unmakeable, plain[2]!])), {
    operator: 'last',
    message: /no such/,
  });
  t.equal(closed, 3);
  await t.rejects(run(requestFor(entries, plain, { signal: AbortSignal.abort() })), { name: 'AbortError' });
});

t.test('a slow branch holds back the others, and with them the source', async (t) => {
  let made = 0;
  const store = new Store();
  const counting = defineOperator({
    name: 'counting',
    summary: 'counts',
    options: Type.Object({}),
    create: () => ({
      process(batch, out) {
        made += batch.length;
        return out.emit(batch);
      },
    }),
  });
  let ahead = 0;
  let done = 0;
  const lagging = defineOperator({
    name: 'lagging',
    summary: 'lags',
    options: Type.Object({}),
    create: () => ({
      async process(batch, out) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        done = Number(batch.records[0]!.n);
        ahead = Math.max(ahead, made - done);
        await out.emit(batch);
      },
    }),
  });
  for (const ordered of [false, true]) {
    [made, ahead, done] = [0, 0, 0];
    const entries: PlanEntry[] = [
      { operator: 'numbers', options: { records: 1500, every: 1000 } },
      'counting',
      { operator: 'fork', options: { to: ['a', 'b'] } },
      { operator: 'lagging', from: ['fork.a'] },
      { operator: 'merge', from: ['lagging', 'fork.b'], options: { ordered } },
      'store',
    ];
    await run(requestFor(entries, [counting, lagging, store.operator()]));
    t.ok(ahead <= 60, `at most some batches are ahead, ${ahead} records were`);
  }
});

t.test('the end of a graph may run on another thread, where it must be a plain list', async (t) => {
  const store = new Store();
  const request = requestFor(diamond(true), [store.operator()]);
  const stage = { thread: {} as never, from: 3 };
  await t.rejects(run({ ...request, stage }), { code: 'bad_plan', message: /from "sum" on .* must be a plain list/ });
});
