import { Type } from '@sinclair/typebox';
import t from 'tap';
import { Batch } from '../../engine/batch.ts';
import { batchOf as material } from '../../engine/conformance/material.ts';
import { conformance } from '../../engine/conformance.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator, OperatorContext, OperatorInstance, Outputs } from '../../engine/operator.ts';

const records = Array.from({ length: 25 }, (_, i) => ({ n: i + 1, name: `N${i % 4}`, revenue: 100 * i }));

type Create = (options: { limit: number; list: number[] }, context: OperatorContext) => OperatorInstance;

function operator(create: Create, more: Partial<Operator> = {}): Operator {
  const defined = defineOperator({
    name: 'tried',
    summary: 'is tried',
    options: Type.Object({
      limit: Type.Number({ description: 'A limit.', default: 3 }),
      list: Type.Array(Type.Number(), { description: 'A list.', default: [] }),
    }),
    create,
  });
  return { ...defined, ...more };
}

const passing: Create = () => ({ process: (batch, out) => out.emit(batch) });

async function failures(tried: Operator): Promise<string[]> {
  const report = await conformance(tried, { records });
  return report.checks.filter((check) => !check.passed).map((check) => check.name);
}

const rowsOf = (batch: Batch, keep: (row: number) => boolean) =>
  Int32Array.from({ length: batch.length }, (_, row) => row).filter(keep);

t.test('an operator that keeps the contract passes', async (t) => {
  t.strictSame(await failures(operator(passing)), []);
});

t.test('each breach fails its own check and no other', async (t) => {
  const leaks: NodeJS.Timeout[] = [];
  t.teardown(() => leaks.forEach(clearInterval));
  let calls = 0;

  const broken: Record<string, Operator> = {
    'describes its options': operator(passing, { options: Type.Object({ bare: Type.Number({ default: 1 }) }) }),

    'does not change its options': operator((options) => ({
      process(batch, out) {
        options.list.push(batch.length);
        return out.emit(batch);
      },
    })),

    'does not change the batches it is given': operator(() => ({
      process(batch, out) {
        const revenue = batch.column('revenue');
        if (revenue.kind === 'number') for (let row = 0; row < batch.length; row++) revenue.values[row]! += 1;
        return out.emit(batch);
      },
    })),

    'conserves records': operator(() => ({
      process(batch, out) {
        const odd = rowsOf(batch, (row) => Number(batch.records[row]!.n) % 5 !== 0);
        return out.emit(batch.select(odd));
      },
    })),

    'emits at the end what it holds': operator(() => {
      const held: Batch[] = [];
      const release = async (out: Parameters<OperatorInstance['process']>[1]) => {
        for (const batch of held.splice(0)) await out.emit(batch);
      };
      return { process: (batch) => void held.push(batch), checkpoint: release };
    }),

    'honours backpressure': operator(() => ({ process: (batch, out) => void out.emit(batch) })),

    'keeps nothing of its batches, if it says so': operator(() => {
      const kept: Batch[] = [];
      const emitKept = async (out: Outputs) => {
        for (const batch of kept.splice(0)) await out.emit(batch);
      };
      const process = (batch: Batch) => void kept.push(batch);
      return { keepsNothing: true, process, checkpoint: emitKept, flush: emitKept };
    }),

    'isolates a bad record': operator(() => ({
      process(batch, out) {
        for (const { name } of batch.records) if (name === null) throw new Error('no name');
        return out.emit(batch);
      },
    })),

    'names its reasons': operator(() => ({
      process(batch, out) {
        const isOdd = (row: number) => Number(batch.records[row]!.n) % 2 === 1;
        out.filtered(batch, rowsOf(batch, isOdd), 'odd_one_out');
        return out.emit(batch.select(rowsOf(batch, (row) => !isOdd(row))));
      },
    })),

    'is deterministic under any batch split': operator(() => ({
      process(batch, out) {
        out.filtered(batch, Int32Array.of(0), 'filtered');
        return out.emit(batch.select(rowsOf(batch, (row) => row > 0)));
      },
    })),

    'goes on from a snapshot as if nothing had happened': operator(() => {
      let seen = 0;
      return {
        process(batch, out) {
          const before = seen;
          seen += batch.length;
          const isFifth = (row: number) => (before + row) % 5 === 4;
          out.filtered(batch, rowsOf(batch, isFifth), 'filtered');
          return out.emit(batch.select(rowsOf(batch, (row) => !isFifth(row))));
        },
      };
    }),

    'lets go of everything on close': operator(() => {
      leaks.push(setInterval(() => {}, 1000));
      return { process: (batch, out) => out.emit(batch) };
    }),

    'cleans up after an abort': operator((_, { signal }) => {
      signal.addEventListener('abort', () => void leaks.push(setInterval(() => {}, 1000)));
      return { process: (batch, out) => out.emit(batch) };
    }),

    'cleans up after an error': operator(() => ({
      async process(batch, out) {
        const timer = setInterval(() => {}, 1000);
        leaks.push(timer);
        await out.emit(batch);
        clearInterval(timer);
      },
    })),

    'stops when it is told to': operator((_, { signal }) => ({
      async process(batch, out) {
        await out.emit(batch);
        if (signal.aborted) await new Promise(() => {});
      },
    })),

    'does what its example says': operator(passing, {
      example: { options: {}, input: [{ n: 1 }], output: [{ n: 2 }] },
    }),
  };

  for (const [check, tried] of Object.entries(broken)) t.strictSame(await failures(tried), [check]);

  const random = operator(() => ({
    process(batch, out) {
      calls++;
      const made = batch.records.map((record) => ({ ...record, call: calls }));
      return out.emit(
        batch.withRecords(
          made,
          rowsOf(batch, () => true),
        ),
      );
    },
  }));
  t.ok((await failures(random)).includes('is deterministic under any batch split'));
});

t.test('a lost record is not made up for by one that is emitted twice', async (t) => {
  const twice = operator(() => ({
    process(batch, out) {
      const rows = rowsOf(batch, () => true).map((row) => (Number(batch.records[row]!.n) === 5 ? row - 1 : row));
      return out.emit(batch.select(rows));
    },
  }));
  t.ok((await failures(twice)).includes('conserves records'));
});

t.test('an operator that need not conserve records may make and drop them', async (t) => {
  const doubled = defineOperator({
    name: 'doubled',
    summary: 'gives each record twice',
    options: Type.Object({}),
    flatMap: (record) => [record, record],
  });
  t.strictSame(await failures(doubled), []);
});

t.test('a source that resumes at the wrong place, or ends without saying so, is found out', async (t) => {
  const source = (wrong: { skip?: number; unmarked?: boolean; deaf?: boolean }) =>
    defineOperator({
      name: 'numbers',
      summary: 'counts to nine',
      options: Type.Object({ resume: Type.Optional(Type.Number({ description: 'Where to go on.' })) }),
      source: ({ resume }, { split, signal }) => ({
        async *read() {
          const { batchOf } = await import('../../engine/conformance/material.ts');
          for (let n = resume === undefined ? 1 : resume + (wrong.skip ?? 0); n <= 9; n++) {
            yield batchOf([{ n }], split, n);
            if (wrong.deaf && signal.aborted) await new Promise(() => {});
            yield { kind: 'position', bytes: n, state: n + 1, last: n === 9 && !wrong.unmarked };
          }
        },
      }),
    });
  const failed = async (tried: Operator) =>
    (await conformance(tried)).checks.filter((check) => !check.passed).map((check) => check.name);
  t.strictSame(await failed(source({})), []);
  t.strictSame(await failed(source({ skip: 1 })), ['goes on from any position as if nothing had happened']);
  t.strictSame(await failed(source({ unmarked: true })), ['ends with a last position']);
  t.strictSame(await failed(source({ deaf: true })), ['stops when it is told to']);
});

t.test('of several inputs and outputs none is left out', async (t) => {
  const batches = () => {
    return [0, 1].map((sequence) => {
      const split = { fileId: 0, file: 'tried.csv', part: 0 };
      const { provenance, columns, length } = material(records, split, 1 + 100 * sequence);
      return new Batch({ split, sequence, provenance, columns, length });
    });
  };
  const failed = async (tried: Operator) => {
    const report = await conformance(tried, { batches });
    return report.checks.filter((check) => !check.passed).map((check) => check.name);
  };
  const told: string[] = [];
  const joining = (forgets: string): Operator => ({
    ...operator(() => ({
      process: (batch, out, input) => (input === forgets ? undefined : out.emit(batch)),
      ended: (input) => void told.push(input),
    })),
    inputs: ['left', 'right'],
  });
  t.strictSame(await failed(joining('neither')), []);
  t.strictSame([...new Set(told)], ['left', 'right']);
  t.strictSame(await failed(joining('right')), ['conserves records']);

  const forking = (ports: string[]): Operator => ({
    ...operator(() => ({
      async process(batch, out) {
        for (const [index, port] of ports.entries()) {
          const rows = rowsOf(batch, (row) => Number(batch.records[row]!.n) % ports.length === index);
          await out.emit(batch.select(rows).with({ port }));
        }
      },
    })),
    outputs: () => ['even', 'odd'],
  });
  t.strictSame(await failed(forking(['even', 'odd'])), []);
  t.ok((await failed(forking(['even', 'other']))).includes('conserves records'), 'by a port that is not declared');
});
