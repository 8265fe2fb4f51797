import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseConfig } from '../operators/dataset/config.ts';
import type { Configuration, DatasetDescriptor } from '../operators/dataset/schema.ts';
import { datasetExists, fileError } from './errors.ts';

/**
 * Adds a dataset to a configuration file, whole or not at all. Throws `dataset_exists`, and whatever reading and checking
 * the configuration throws.
 */
export async function addDataset(path: string, name: string, descriptor: DatasetDescriptor): Promise<void> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw fileError(path, cause);
  });
  parseConfig(text, { file: path });
  const configuration = JSON.parse(text.replace(/^\uFEFF/, '')) as Configuration;
  if (name in configuration.datasets) throw datasetExists(path, name);
  const datasets = { ...configuration.datasets, [name]: descriptor };
  const changed = `${JSON.stringify({ ...configuration, datasets }, null, 2)}\n`;
  parseConfig(changed, { file: path });
  const fresh = `${path}.new`;
  try {
    await writeFile(fresh, changed);
    await rename(fresh, path);
  } catch (cause) {
    throw fileError(path, cause as NodeJS.ErrnoException);
  }
}
