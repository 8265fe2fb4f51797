import { type Config, readConfig } from '../../operators/dataset/config.ts';
import { operatorsOf } from '../../operators/dataset/plan.ts';
import { loadRegistry, operatorNames } from '../../operators/registry.ts';
import type { IngestOptions } from '../ingest.ts';
import { IngestRun } from './ingest-run.ts';
import { LookAhead } from './look-ahead.ts';
import { Recogniser } from './recognise.ts';

/** A run by the home's configuration. Throws `no_such_dataset` or what is wrong with the configuration. */
export async function prepareRun(options: IngestOptions): Promise<IngestRun> {
  const { home, trigger = 'ingest', signal = new AbortController().signal, onEvent = () => {} } = options;
  const { now = Date.now, sampleMs = 250, wrapOperators = (as) => as } = options;
  const config = await readConfig(home.config, { operators: operatorNames(home.dir) });
  // An operator that no plan names may be half written.
  const registry = wrapOperators(await loadRegistry(plannedOperators(config), home.dir));
  const recogniser = new LookAhead(new Recogniser(config, options.dataset));
  return new IngestRun({ home, config, registry, recogniser, trigger, signal, onEvent, now, sampleMs });
}

function plannedOperators({ datasets }: Config): string[] {
  return [...new Set([...datasets.values()].flatMap(operatorsOf))];
}
