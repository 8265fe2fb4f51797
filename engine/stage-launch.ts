import { Worker } from 'node:worker_threads';
import type { StageModules } from './stage-messages.ts';

/** Batches are kept outside the heap; a stage makes few objects, and by default these would be let lie for 48 MB. */
const YOUNG_GENERATION_MB = 12;

/** Starts the thread of a stage, which loads its modules and then waits to be told what services to make. */
export function launchStage({ registryModule, servicesModule }: StageModules): Worker {
  const workerData: StageModules = { registryModule, servicesModule };
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
  return new Worker(new URL('./stage-worker.js', import.meta.url), { workerData, resourceLimits });
}
