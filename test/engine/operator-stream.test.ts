import { Type } from '@sinclair/typebox';
import t from 'tap';
import type { Batch } from '../../engine/batch.ts';
import { batchOf } from '../../engine/conformance/material.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator, OperatorInstance, SourceInstance } from '../../engine/operator.ts';
import { makePlan } from '../../engine/plan.ts';
import { type RunRequest, run } from '../../engine/run.ts';

const split = { fileId: 1, file: 'a.csv', part: 0 };
const options = Type.Object({});

function operator(name: string, create: () => OperatorInstance, more: Partial<Operator> = {}): Operator {
  return { ...defineOperator({ name, summary: name, options, create }), ...more };
}

/** Three batches of two records, with a checkpoint after each. */
function source(more: Partial<SourceInstance> = {}): Operator {
  return defineOperator({
    name: 'source',
    summary: 'source',
    options,
    source: () => ({
      async *read() {
        for (let n = 1; n <= 3; n++) {
          yield batchOf([{ n: 2 * n }, { n: 2 * n + 1 }], split, 2 * n);
          yield { kind: 'position', bytes: n, state: n, last: n === 3 };
        }
      },
      ...more,
    }),
  });
}

function requestFor(operators: Operator[], more: Partial<RunRequest> = {}): RunRequest {
  const registry = new Map(operators.map((each) => [each.name, each]));
  const plan = makePlan(
    operators.map((each) => each.name),
    registry,
  );
  return { plan, registry, services: {}, split, ...more };
}

/** Tells what reaches it, in order. */
function sink(told: string[]): Operator {
  return operator('sink', () => ({
    ports: ['side'],
    process(batch, out) {
      told.push(`${batch.port} ${batch.records.map((record) => record.n).join(' ')}`);
      if (batch.port === 'main') out.written({ inserted: { records: batch.length, amount: 0 } });
    },
    commit: ({ number }) => void told.push(`commit ${number}`),
    flush: () => void told.push('flush'),
    close: () => void told.push('close'),
  }));
}

t.test('what an operator emits at the end is committed with the last checkpoint', async (t) => {
  const told: string[] = [];
  const held: number[] = [];
  const totals = operator(
    'totals',
    () => ({
      process(batch, out) {
        held.push(...batch.records.map((record) => Number(record.n)));
        return out.emit(batch);
      },
      flush: (out) => out.emit(batchOf([{ n: held.reduce((a, b) => a + b) }], split).with({ port: 'side' })),
    }),
    { conserves: false },
  );
  await run(requestFor([source(), totals, sink(told)]));
  t.strictSame(told, [
    'main 2 3',
    'commit 0',
    'main 4 5',
    'commit 1',
    'main 6 7',
    'side 27',
    'flush',
    'commit 2',
    'close',
  ]);
});

t.test('without a last checkpoint the end is flushed all the same, once', async (t) => {
  const told: string[] = [];
  const endless = source({
    async *read() {
      yield batchOf([{ n: 1 }], split);
    },
  });
  await run(requestFor([endless, sink(told)]));
  t.strictSame(told, ['main 1', 'flush', 'close']);
});

t.test('dead letters leave behind the batch they stood in, before the checkpoint', async (t) => {
  const told: string[] = [];
  const strict = operator('strict', () => ({
    ports: [],
    process(batch, out) {
      out.deadLetter(batch, 0, [{ code: 'refused', message: 'no' }]);
      return out.emit(batch.select(Int32Array.of(1)));
    },
  }));
  const watcher = operator('watcher', () => ({
    ports: ['dead-letter'],
    process(batch, out) {
      told.push(`${batch.port} of line ${batch.provenance.lines[0]}`);
      return out.emit(batch);
    },
    checkpoint: () => void told.push('checkpoint'),
  }));
  await run(requestFor([source(), strict, watcher, sink([])]));
  t.strictSame(told.slice(0, 3), ['main of line 3', 'dead-letter of line 2', 'checkpoint']);
});

t.test('batches of a port that nobody named pass by, in order', async (t) => {
  const told: string[] = [];
  const brancher = operator('brancher', () => ({
    async process(batch, out) {
      await out.emit(batchOf(batch.records, split).with({ port: 'side' }));
      await out.emit(batch);
    },
  }));
  const seen: string[] = [];
  const deaf = operator('deaf', () => ({
    process(batch, out) {
      seen.push(batch.port);
      return out.emit(batch);
    },
  }));
  await run(requestFor([source(), brancher, deaf, sink(told)]));
  t.strictSame(seen, ['main', 'main', 'main']);
  t.strictSame(told.slice(0, 3), ['side 2 3', 'main 2 3', 'commit 0']);
});

t.test('when an operator can not be made, those made before it are closed', async (t) => {
  const closed: string[] = [];
  const first = operator('first', () => ({ process() {}, close: () => void closed.push('first') }));
  const second = operator('second', () => {
    throw new Error('can not be made');
  });
  const open = source({ close: () => void closed.push('source') });
  await t.rejects(run(requestFor([open, first, second, sink([])])), {
    message: /can not be made/,
    operator: 'second',
    file: 'a.csv',
  });
  t.strictSame(closed.sort(), ['first', 'source']);
});

t.test('a run that was aborted before it began closes everything, the source too', async (t) => {
  const closed: string[] = [];
  const open = source({ close: () => void closed.push('source') });
  const running = run(requestFor([open, sink(closed)], { signal: AbortSignal.abort() }));
  await t.rejects(running, { name: 'AbortError' });
  t.strictSame(closed.sort(), ['close', 'source']);
});

t.test('a source is closed once, whether it ends, breaks or is left', async (t) => {
  for (const way of ['ends', 'breaks', 'is left']) {
    let closed = 0;
    const counted = source({
      ...(way === 'breaks' && {
        // biome-ignore lint/correctness/useYield: it breaks before it has anything to give
        async *read(): AsyncGenerator<Batch> {
          throw new Error('no disk');
        },
      }),
      close: () => void closed++,
    });
    const leaves = operator('leaves', () => ({
      process(batch, out) {
        if (way === 'is left') throw new Error('leave');
        return out.emit(batch);
      },
    }));
    await run(requestFor([counted, leaves, sink([])])).catch(() => {});
    t.equal(closed, 1, `a source that ${way}`);
  }
});

t.test('a failure while closing is told, but does not hide an earlier one', async (t) => {
  const clumsy = (work: () => void) =>
    operator('clumsy', () => ({
      process(batch, out) {
        work();
        return out.emit(batch);
      },
      close() {
        throw new Error('stuck');
      },
    }));
  await t.rejects(run(requestFor([source(), clumsy(() => {}), sink([])])), { message: /stuck/, operator: 'clumsy' });
  const breaking = clumsy(() => {
    throw new Error('broke first');
  });
  await t.rejects(run(requestFor([source(), breaking, sink([])])), { message: /broke first/ });
});
