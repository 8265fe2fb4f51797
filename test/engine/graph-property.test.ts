import '../fixtures/garbage.ts';
import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import t from 'tap';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import type { PlanEntry } from '../../engine/plan.ts';
import { type ResumePoint, run } from '../../engine/run.ts';
import { requestFor, Store } from './graph-operators.ts';

/** Passes batches on until it has had `fuse.left` of them. */
function bomb(fuse: { left: number }, closed: () => void): Operator {
  return defineOperator({
    name: 'bomb',
    summary: 'fails',
    options: Type.Object({}),
    create: () => ({
      process(batch, out) {
        if (fuse.left-- <= 0) throw new Error('boom');
        return out.emit(batch);
      },
      close: closed,
    }),
  });
}

interface Step {
  readonly kind: 'fork' | 'copy' | 'merge' | 'slow' | 'odd' | 'sum' | 'bomb' | 'source';
  readonly at: number;
  readonly width: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('fork', 'fork', 'copy', 'merge', 'merge', 'slow', 'odd', 'sum', 'bomb', 'source'),
  at: fc.nat(100),
  width: fc.integer({ min: 2, max: 3 }),
});
const source = fc.record({
  records: fc.integer({ min: 1, max: 40 }),
  size: fc.integer({ min: 1, max: 9 }),
  every: fc.integer({ min: 1, max: 5 }),
});
const shape = fc.record({
  source,
  other: source,
  steps: fc.array(step, { minLength: 1, maxLength: 9 }),
  ordered: fc.boolean(),
  oneEnd: fc.boolean(),
  turns: fc.integer({ min: 0, max: 4 }),
});
type Shape = typeof shape extends fc.Arbitrary<infer S> ? S : never;

/** A plan, and the numbers that arrive at each of its ends: worked out with plain arrays. */
interface Expected {
  readonly entries: PlanEntry[];
  /** Id of the end to its numbers, in ascending order. */
  readonly ends: ReadonlyMap<string, readonly number[]>;
}

interface Open {
  readonly reference: string;
  readonly numbers: readonly number[];
}

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const from = (first: number, records: number) => Array.from({ length: records }, (_, i) => first + i);
const OTHER_FIRST = 1001;

function planOf({ source, other, steps, ordered, oneEnd, turns }: Shape, sources = true): Expected {
  const entries: PlanEntry[] = [{ operator: 'numbers', id: 's', options: source }];
  const open: Open[] = [{ reference: 's', numbers: from(1, source.records) }];
  const add = (operator: string, inputs: readonly Open[], options: Record<string, unknown> = {}) => {
    const id = `${operator}${entries.length}`;
    entries.push({ operator, id, options, from: inputs.map(({ reference }) => reference) });
    return id;
  };
  for (const { kind, at, width } of steps) {
    if (kind === 'source') {
      if (!sources || entries.some((entry) => typeof entry === 'object' && entry.id === 'o')) continue;
      entries.push({ operator: 'numbers', id: 'o', options: { ...other, first: OTHER_FIRST } });
      open.push({ reference: 'o', numbers: from(OTHER_FIRST, other.records) });
    } else if (kind === 'merge') {
      const taken = open.splice(at % open.length, width);
      const id = add('merge', taken, { ordered });
      open.push({ reference: id, numbers: taken.flatMap(({ numbers }) => numbers) });
    } else {
      const [taken] = open.splice(at % open.length, 1) as [Open];
      const to = from(0, width).map(String);
      const id = add(kind, [taken], kind === 'fork' || kind === 'copy' ? { to } : kind === 'slow' ? { turns } : {});
      if (kind === 'fork') {
        for (const port of to) {
          const numbers = taken.numbers.filter((n) => n % width === Number(port));
          open.push({ reference: `${id}.${port}`, numbers });
        }
      } else if (kind === 'copy') {
        for (const port of to) open.push({ ...taken, reference: `${id}.${port}` });
      } else {
        const numbers = kind === 'odd' ? taken.numbers.filter((n) => n % 2 === 1) : taken.numbers;
        open.push({ reference: id, numbers });
      }
    }
  }
  if (oneEnd && open.length > 1) {
    const taken = open.splice(0);
    open.push({ reference: add('merge', taken, { ordered }), numbers: taken.flatMap(({ numbers }) => numbers) });
  }
  const ends = open.map((each) => [add('store', [each]), ascending(each.numbers)] as const);
  return { entries, ends: new Map(ends) };
}

/** A store of its own for every end. */
class Ends {
  readonly #stores = new Map<string, Store>();

  of(id: string): Store {
    const store = this.#stores.get(id) ?? new Store();
    this.#stores.set(id, store);
    return store;
  }

  get operator(): Operator {
    const stores = new Map<string, Operator>();
    return {
      ...this.of('').operator(),
      create: (options, context) => {
        const made = stores.get(context.id) ?? this.of(context.id).operator();
        stores.set(context.id, made);
        return made.create!(options, context);
      },
    };
  }
}

const RUNS = { numRuns: 60 };
const intact = () => bomb({ left: Number.POSITIVE_INFINITY }, () => {});

t.test(
  'whatever the graph, the batches and the pace: every record arrives where it belongs, and ledgers balance',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(shape, async (drawn) => {
        const { entries, ends } = planOf(drawn);
        const stores = new Ends();
        const durable: number[] = [];
        const onCommitted = ({ number }: Checkpoint) => durable.push(number);
        await run(requestFor(entries, [stores.operator, intact()], { onCommitted }));
        for (const [id, numbers] of ends) {
          const store = stores.of(id);
          t.strictSame(ascending(store.numbers), numbers);
          t.ok(store.totals.balanced);
          t.strictSame(
            store.checkpoints.map(({ number }) => number),
            durable,
          );
        }
        t.strictSame(durable, from(0, durable.length));
      }),
      RUNS,
    );
  },
);

t.test('taken in order, what arrives does not depend on who is quick', async (t) => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 0, max: 20 }), async (drawn, turns) => {
      const sequences: number[][][] = [];
      for (const pace of [drawn.turns, turns]) {
        const { entries, ends } = planOf({ ...drawn, ordered: true, turns: pace }, false);
        const stores = new Ends();
        await run(requestFor(entries, [stores.operator, intact()]));
        sequences.push([...ends.keys()].map((id) => stores.of(id).numbers));
      }
      t.strictSame(sequences[0], sequences[1]);
    }),
    RUNS,
  );
});

t.test(
  'an operator that fails anywhere brings all down at once, each is closed once, and a resumed run ends as if nothing had happened',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(12), async (drawn, left) => {
        // What several sinks have committed of a checkpoint that was lost only fits where it is the same again: with one source.
        const { entries, ends } = planOf(drawn, drawn.oneEnd);
        const stores = new Ends();
        const fuse = { left };
        let resume: ResumePoint | undefined;
        let closed = 0;
        const onCommitted = ({ number, position, states }: Checkpoint) => {
          resume = structuredClone({ number, source: position.state, states });
        };
        const bombs = entries.filter((entry) => typeof entry === 'object' && entry.operator === 'bomb').length;
        const attempt = () =>
          run(
            requestFor(entries, [stores.operator, bomb(fuse, () => closed++)], {
              onCommitted,
              ...(resume && { resume }),
            }),
          );
        const error = await attempt().catch((thrown: Error) => thrown);
        t.equal(closed, bombs);
        if (error instanceof Error) {
          t.match(error.message, /boom/);
          fuse.left = Number.POSITIVE_INFINITY;
          await attempt();
        }
        for (const [id, numbers] of ends) {
          t.strictSame(ascending(stores.of(id).numbers), numbers);
          t.ok(stores.of(id).totals.balanced);
        }
      }),
      RUNS,
    );
  },
);
