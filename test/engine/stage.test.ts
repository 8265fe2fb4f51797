import '../fixtures/garbage.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { dictionaryColumn, identifierColumn, NumberColumn } from '../../engine/column.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import { makePlan, type PlanEntry } from '../../engine/plan.ts';
import { type RunRequest, type RunResult, run } from '../../engine/run.ts';
import { Stage } from '../../engine/stage.ts';
import { notebookSink } from '../fixtures/stage/registry.ts';
import type { Notebook, NotebookOptions } from '../fixtures/stage/services.ts';

type Notes = ReturnType<Notebook['read']>;

const fixture = (name: string) => new URL(`../fixtures/stage/${name}.ts`, import.meta.url).href;

const startStage = (servicesOptions: NotebookOptions = {}) =>
  Stage.start({ registryModule: fixture('registry'), servicesModule: fixture('services'), servicesOptions });

/** Hands out batches of ten in typed columns, a checkpoint after every ten batches; `made` counts records. */
function source(made: { records: number } = { records: 0 }): Operator {
  return defineOperator({
    name: 'numbers',
    summary: 'counts',
    options: Type.Object({ records: Type.Number({ default: 300 }), resume: Type.Optional(Type.Number()) }),
    source: ({ records, resume }, { split }) => ({
      async *read() {
        const dictionary = new Dictionary();
        for (let n = resume ?? 1; n <= records; n += 10) {
          made.records += 10;
          const rows = Array.from({ length: 10 }, (_, i) => n + i);
          const columns = new Map([
            ['n', new NumberColumn('integer', Float64Array.from(rows))],
            [
              'revenue',
              new NumberColumn(
                'decimal',
                Float64Array.from(rows, (row) => 10 * row),
                10_000,
              ),
            ],
            [
              'region',
              dictionaryColumn(
                rows.map((row) => (row % 7 === 0 ? null : `R${row % 50}`)),
                dictionary,
              ),
            ],
            ['order', identifierColumn(rows.map((row) => `ORD-${row}`))],
          ] as const);
          yield new Batch({ split, sequence: n, provenance: syntheticProvenance(10, n + 1), columns, length: 10 });
          const done = n + 9;
          if (done % 100 === 0) yield { kind: 'position', bytes: done, state: done + 1, last: done >= records };
        }
      },
    }),
  });
}

interface Given extends Partial<RunRequest> {
  readonly sink?: Record<string, unknown>;
  readonly records?: number;
  readonly file?: string;
  readonly numbers?: Operator;
  readonly between?: readonly Operator[];
}

function runOn(stage: Stage, given: Given = {}): Promise<RunResult> {
  const { sink = {}, records = 300, file = 'numbers.csv', numbers = source(), between = [], ...more } = given;
  const registry = new Map([numbers, notebookSink, ...between].map((each) => [each.name, each]));
  const entries: PlanEntry[] = [
    { operator: 'numbers', options: { records } },
    ...between.map((each) => each.name),
    { operator: 'notebook-sink', options: sink },
  ];
  return run({
    ...{ plan: makePlan(entries, registry), registry, services: {}, split: { fileId: 1, file, part: 0 } },
    stage: { thread: stage, from: 1 + between.length },
    ...more,
  });
}

const read = (stage: Stage) => stage.call<Notes>('notebook', 'read');

t.test('records cross as they are, and are committed with their checkpoints', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const committed: Checkpoint[] = [];
  const { metrics } = await runOn(stage, { onCommitted: (each) => committed.push(each) });
  const notes = await read(stage);
  t.equal(notes.committed.length, 300);
  t.strictSame(notes.committed[41], { n: 42, revenue: 420, region: null, order: 'ORD-42' });
  t.strictSame(notes.committed[256], { n: 257, revenue: 2570, region: 'R7', order: 'ORD-257' });
  t.strictSame(
    notes.checkpoints,
    [0, 1, 2].map((number) => ['numbers.csv', number]),
  );
  t.strictSame(
    committed.map((each) => each.counts['notebook-sink']!.written.inserted!.records),
    [100, 100, 100],
  );
  t.strictSame(
    metrics.operators.map(({ id, counts }) => [id, counts.in.records]),
    [
      ['numbers', 0],
      ['notebook-sink', 300],
    ],
  );
});

t.test('several runs go over one stage, one after another', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  for (const file of ['a.csv', 'b.csv', 'c.csv']) await runOn(stage, { file });
  const { committed, closed, open } = await read(stage);
  t.equal(committed.length, 900);
  t.strictSame(open, ['a.csv', 'b.csv', 'c.csv']);
  t.strictSame(closed, open, 'each is closed before the next is begun');
});

t.test('a slow stage stops the source: no more is under way than the credits allow', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const made = { records: 0 };
  let ahead = 0;
  await runOn(stage, {
    numbers: source(made),
    sink: { delayMs: 10 },
    sampleMs: 5,
    onSample: ({ operators }) => {
      ahead = Math.max(ahead, made.records - operators[1]!.counts.in.records);
    },
  });
  t.ok(ahead > 0 && ahead <= 160, `at most some batches are ahead of the stage, ${ahead} records were`);
});

t.test('an error on the thread rejects the run with operator, file and line', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const error = await runOn(stage, { sink: { breakAt: 155 } }).catch((cause) => cause);
  t.match(error, { name: 'TillstreamError', code: 'operator_failed', operator: 'notebook-sink', file: 'numbers.csv' });
  t.equal(error.line, 152, 'the batch begins on that line');
  t.match(error.message, /no ink/);
  const notes = await read(stage);
  t.equal(notes.committed.length, 100, 'what was not committed is not there');
  t.strictSame(notes.closed, ['numbers.csv']);
  await runOn(stage, { file: 'next.csv' });
  t.equal((await read(stage)).committed.length, 400, 'the stage goes on with the next run');
});

t.test('an error before the stage ends the run on the thread too', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const broken = defineOperator({
    name: 'broken',
    summary: 'breaks',
    options: Type.Object({}),
    create: () => ({
      process(batch, out) {
        if (Number(batch.records[0]!.n) > 200) throw new Error('no paper');
        return out.emit(batch);
      },
    }),
  });
  await t.rejects(runOn(stage, { between: [broken] }), { message: /no paper/, operator: 'broken' });
  t.strictSame((await read(stage)).closed, ['numbers.csv']);
  await runOn(stage, { file: 'next.csv' });
  t.strictSame((await read(stage)).closed, ['numbers.csv', 'next.csv']);
});

t.test('an abort closes the operators of the thread before the run rejects', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  const running = runOn(stage, { records: 1e6, sink: { delayMs: 5 }, signal: abort.signal });
  await t.rejects(running, { name: 'AbortError' });
  t.strictSame((await read(stage)).closed, ['numbers.csv']);
  await runOn(stage, { file: 'next.csv' });
  t.ok((await read(stage)).checkpoints.some(([file, number]) => file === 'next.csv' && number === 2));
});

t.test('a run that was aborted before it began rejects', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  await t.rejects(runOn(stage, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  await runOn(stage, { file: 'next.csv' });
  t.equal((await read(stage)).committed.length, 300);
});

t.test('a thread that dies rejects the run, what waits for an answer, and every run after', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  await t.rejects(runOn(stage, { sink: { dieAt: 150 } }), { code: 'stage_died', message: /code 3/ });
  await t.rejects(read(stage), { code: 'stage_died' });
  await t.rejects(runOn(stage), { code: 'stage_died' });
  const other = await startStage();
  t.teardown(() => other.close());
  await t.rejects(other.call('notebook', 'burn'), { code: 'stage_died' });
});

t.test('goes on from a checkpoint, with its number', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  await runOn(stage, { resume: { number: 1, source: 201, states: {} } });
  const { committed, checkpoints } = await read(stage);
  t.equal(committed.length, 100);
  t.strictSame(checkpoints, [['numbers.csv', 2]]);
});

t.test('services are called on their thread, and errors come back with their code', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  await t.rejects(stage.call('notebook', 'tear'), { message: 'torn', code: 'torn' });
  await t.rejects(stage.call('notebook', 'sing'), { message: /not a function/ });
  t.strictSame((await read(stage)).committed, []);
});

t.test('a call waits for the run before it, from the moment on when all was handed over', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  let notes: Promise<Notes> | undefined;
  const onHandedOver = () => {
    notes = read(stage);
  };
  await runOn(stage, { sink: { delayMs: 30 }, onHandedOver });
  t.equal((await notes)!.committed.length, 300);
});

t.test('services that can not be made reject the start; closing closes them', async (t) => {
  await t.rejects(startStage({ refuse: 'no room for a notebook' }), { message: 'no room for a notebook' });
  const log = join(t.testdir({ log: '' }), 'log');
  const stage = await startStage({ log });
  await stage.close();
  t.equal(readFileSync(log, 'utf8'), 'closed\n');
});

t.test('memory does not grow with the input when the sink is a hundred times slower than the source', async (t) => {
  const stage = await startStage();
  t.teardown(() => stage.close());
  const wide = (records: number): Operator => ({
    ...source(),
    source: (_options, { split }) => ({
      async *read() {
        for (let n = 0; n < records; n += 10_000) {
          const values = Float64Array.from({ length: 10_000 }, (_, i) => n + i);
          const columns = Array.from(
            { length: 12 },
            (_, c) => [`c${c}`, new NumberColumn('float', values.slice())] as const,
          );
          const provenance = syntheticProvenance(10_000, n + 1);
          yield new Batch({ split, sequence: n, provenance, columns: new Map(columns), length: 10_000 });
        }
        yield { kind: 'position' as const, bytes: records, state: null, last: true };
      },
    }),
  });
  const swallow = defineOperator({
    name: 'swallow',
    summary: 'keeps nothing, slowly',
    options: Type.Object({}),
    conserves: false,
    create: () => ({
      async process() {
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    }),
  });
  const peak = async (records: number) => {
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    await runOn(stage, { numbers: wide(records), between: [swallow] });
    clearInterval(watch);
    return most / 2 ** 20;
  };
  const before = process.memoryUsage().rss / 2 ** 20;
  const few = await peak(200_000);
  const many = await peak(2_500_000);
  // A batch is about 1 MB here: unbounded, 250 of them would wait. What the collector leaves lying about is far less.
  t.ok(
    many - Math.max(few, before) < 120,
    `${before.toFixed()} MB at rest, ${few.toFixed()} MB with 20 batches, ${many.toFixed()} MB with 250`,
  );
});
