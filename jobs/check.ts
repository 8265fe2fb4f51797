import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MAIN } from '../engine/batch.ts';
import { makePlan, type Plan } from '../engine/plan.ts';
import { type Config, type Dataset, readConfig } from '../operators/dataset/config.ts';
import { compilePlan } from '../operators/dataset/plan.ts';
import { loadRegistry, operatorNames } from '../operators/registry.ts';
import { fileError } from './errors.ts';
import type { Home } from './home.ts';
import { sinkLast } from './ingest/plans.ts';
import type { Trouble } from './ingest/report.ts';
import { troubleOf } from './ingest/trouble.ts';

export interface CheckResult {
  readonly datasets: readonly { readonly name: string; readonly plan: readonly string[] }[];
  readonly problems: readonly (Trouble & { readonly dataset?: string })[];
}

/** Looks whether a home's configuration can be used. What is wrong is in the result; only a bug throws. */
export async function checkHome(home: Home): Promise<CheckResult> {
  const problems: (Trouble & { dataset?: string })[] = [];
  const registry = await loadRegistry(undefined, home.dir, (error) => void problems.push(troubleOf(error)));
  let config: Config;
  try {
    config = await readConfig(home.config, { operators: operatorNames(home.dir, () => {}) });
  } catch (error) {
    return { datasets: [], problems: [...problems, troubleOf(error)] };
  }
  const datasets: { name: string; plan: string[] }[] = [];
  for (const dataset of config.datasets.values()) {
    try {
      const steps = compilePlan(dataset, { home: home.dir, checkpointBytes: config.checkpointBytes });
      datasets.push({ name: dataset.name, plan: described(sinkLast(makePlan(steps, registry)).plan) });
      await requireFiles(home, dataset);
    } catch (error) {
      const { code, message } = troubleOf(error);
      problems.push({ code, message: `dataset "${dataset.name}": ${message}`, dataset: dataset.name });
    }
  }
  return { datasets, problems };
}

/** The operators' ids; where one's records do not come from the one before, with those that they do come from. */
function described(plan: Plan): string[] {
  return plan.map(({ id, inputs }, index) => {
    const [only, ...others] = inputs.map(({ from, port }) => (port === MAIN ? from : `${from}.${port}`));
    const isNext = others.length === 0 && (only ?? '') === (plan[index - 1]?.id ?? '');
    return isNext || only === undefined ? id : `${id} (from ${[only, ...others].join(', ')})`;
  });
}

async function requireFiles({ dir }: Home, { catalogue, stores }: Dataset): Promise<void> {
  for (const path of [catalogue, stores]) {
    if (path === undefined) continue;
    const full = resolve(dir, path);
    await access(full, constants.R_OK).catch((cause) => {
      throw fileError(full, cause);
    });
  }
}
