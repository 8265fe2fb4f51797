import { type Config, checkConfig, type Dataset } from '../../../operators/dataset/config.ts';
import type { DatasetDescriptor } from '../../../operators/dataset/schema.ts';

/** A configuration of datasets that are described by their column names or in full. */
export function configOf(datasets: Record<string, readonly string[] | DatasetDescriptor>): Config {
  const described = Object.entries(datasets).map(([name, given]) => {
    const isNames = Array.isArray(given);
    return [name, isNames ? { fields: given.map((column: string) => ({ name: column })) } : given];
  });
  return checkConfig({ datasets: Object.fromEntries(described) });
}

/** The one dataset of that description. */
export function datasetOf(descriptor: DatasetDescriptor): Dataset {
  return configOf({ shop: descriptor }).datasets.get('shop')!;
}
