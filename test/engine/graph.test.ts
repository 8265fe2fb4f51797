import t from 'tap';
import type { Checkpoint } from '../../engine/operator.ts';
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
