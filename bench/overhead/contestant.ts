/**
 * `node contestant.ts full|bare FILE FOLDER`: loads FILE as `tillstream ingest` does, or without keeping books: no samples of the
 * metrics, no money in the ledger, one checkpoint at the end. Prints {"ms", "rows"}; ms is the run alone.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import { Stage } from '../../engine/stage.ts';
import { readConfig } from '../../operators/dataset/config.ts';
import { compilePlan } from '../../operators/dataset/plan.ts';
import { loadRegistry } from '../../operators/registry.ts';
import type { OpenedFile } from '../../operators/warehouse.ts';

const [mode = 'full', file = '', folder = ''] = process.argv.slice(2);
const bare = mode === 'bare';
const NEVER = 2 ** 31 - 1;

const project = join(import.meta.dirname, '..', '..');
const registry = await loadRegistry();
const config = await readConfig(join(project, 'schema_config.json'));
const dataset = config.datasets.get('sales');
if (!dataset) throw new Error('no dataset "sales" in schema_config.json');
const checkpointBytes = bare ? NEVER : config.checkpointBytes;
const steps = compilePlan(dataset, { home: project, checkpointBytes });
const plan = makePlan(
  steps
    .filter(({ operator }) => operator !== 'dead-letter')
    .map((step) => (step.operator === 'csv-source' ? { ...step, options: { ...step.options, path: file } } : step)),
  registry,
);
const thread = await Stage.start({
  registryModule: new URL('../../operators/registry.ts', import.meta.url).href,
  servicesModule: new URL('./services.ts', import.meta.url).href,
  servicesOptions: { database: join(folder, 'bench.db'), withoutMoney: bare },
});
const runId = await thread.call<number>('warehouse', 'startRun', { trigger: 'bench', startedAt: Date.now() });
const named = { runId, name: 'bench.csv', path: file, dataset: 'sales', sizeBytes: statSync(file).size };
const { fileId } = await thread.call<OpenedFile>('warehouse', 'openFile', named);
const started = performance.now();
const { metrics } = await run({
  ...{ plan, registry, services: {} },
  split: { fileId, file, part: 0 },
  stage: { thread, from: plan.length - 1 },
  ...(bare && { measure: 'no such field', sampleMs: NEVER }),
});
const ms = performance.now() - started;
await thread.close();
console.log(JSON.stringify({ ms, rows: metrics.operators.at(-1)?.counts.written.inserted?.records }));
