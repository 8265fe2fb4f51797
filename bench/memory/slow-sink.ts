/**
 * Loads FILE into a sink a hundred times slower than the warehouse, on its own thread as usual, and stops after SECONDS.
 * Usage: node slow-sink.ts FILE SECONDS; prints {"read"}, the bytes that the source had consumed by then.
 */
import { join } from 'node:path';
import { makePlan } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import { Stage } from '../../engine/stage.ts';
import { readConfig } from '../../operators/dataset/config.ts';
import { compilePlan } from '../../operators/dataset/plan.ts';
import { loadRegistry } from './slow-registry.ts';

const [file = '', seconds = '20'] = process.argv.slice(2);
const project = join(import.meta.dirname, '..', '..');
const registry = await loadRegistry();
const config = await readConfig(join(project, 'schema_config.json'), { operators: [...registry.keys()] });
const dataset = config.datasets.get('sales');
if (!dataset) throw new Error('no dataset "sales" in schema_config.json');

// Small enough that positions, and so the progress read below, come often.
const steps = compilePlan(
  { ...dataset, operators: ['csv-source', 'validate', 'enrich'] },
  {
    ...{ home: project, checkpointBytes: 1 << 20 },
  },
);
const plan = makePlan(
  [
    ...steps.map((step) =>
      step.operator === 'csv-source' ? { ...step, options: { ...step.options, path: file } } : step,
    ),
    'slow-sink',
  ],
  registry,
);
const here = new URL('./slow-registry.ts', import.meta.url).href;
const thread = await Stage.start({ registryModule: here, servicesModule: here, servicesOptions: null });
let read = 0;
try {
  await run({
    ...{ plan, registry, services: {} },
    split: { fileId: 0, file, part: 0 },
    stage: { thread, from: plan.length - 1 },
    signal: AbortSignal.timeout(Number(seconds) * 1000),
    onSample: ({ operators }) => {
      read = operators[0]?.bytes ?? 0;
    },
  });
} catch (error) {
  if (!(error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))) throw error;
}
await thread.close();
console.log(JSON.stringify({ read }));
