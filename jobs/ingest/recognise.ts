import { basename } from 'node:path';
import type { Config, Dataset } from '../../operators/dataset/config.ts';
import { findDataset, type Match } from '../../operators/dataset/match.ts';
import { type FileShape, profileSample } from '../../operators/dataset/profile.ts';
import { noSuchDataset } from '../errors.ts';
import { type Peek, peek } from './peek.ts';

/** A file whose dataset is known, and what its beginning looks like. */
export interface Recognised {
  readonly kind: 'matched';
  readonly dataset: Dataset;
  readonly peek: Peek;
}

export type Recognition = Recognised | Exclude<Match, { kind: 'matched' }>;

/**
 * Finds the datasets of files by looking at their beginnings, once for each dialect that the datasets have.
 * A dataset that is asked for by name is taken, whatever the file looks like.
 */
export class Recogniser {
  readonly #config: Config;
  readonly #groups: readonly Config[];
  readonly #wanted: Dataset | undefined;

  /** Throws `no_such_dataset`. */
  constructor(config: Config, wanted?: string) {
    this.#config = config;
    this.#groups = byDialect(config);
    this.#wanted = wanted === undefined ? undefined : datasetCalled(config, wanted);
  }

  /** Throws what reading the file throws. */
  async recognise(path: string, signal: AbortSignal): Promise<Recognition> {
    const wanted = this.#wanted;
    if (wanted) return { kind: 'matched', dataset: wanted, peek: await peek(path, wanted.dialect, signal) };
    const found: Recognition[] = [];
    for (const group of this.#groups) {
      const [first] = group.datasets.values();
      const seen = await peek(path, first!.dialect, signal);
      const match = findDataset(group, { file: basename(path), header: seen.header });
      found.push(match.kind === 'matched' ? { ...match, peek: seen } : match);
    }
    return best(found, basename(path), this.#config);
  }
}

function datasetCalled({ datasets }: Config, name: string): Dataset {
  const dataset = datasets.get(name);
  if (dataset) return dataset;
  throw noSuchDataset(name, datasets.keys());
}

/** Datasets that are written alike, so that one look at a file serves them all. */
function byDialect(config: Config): Config[] {
  const groups = new Map<string, Map<string, Dataset>>();
  for (const dataset of config.datasets.values()) {
    const key = JSON.stringify(dataset.dialect);
    groups.set(key, (groups.get(key) ?? new Map()).set(dataset.name, dataset));
  }
  return [...groups.values()].map((datasets) => ({ ...config, datasets }));
}

/** The match among what the dialects gave; one by its header goes before one that has none to go by. */
function best(found: readonly Recognition[], file: string, { datasets }: Config): Recognition {
  const matched = found.filter((each) => each.kind === 'matched');
  const byHeader = matched.filter(({ dataset }) => dataset.dialect.header);
  const candidates = byHeader.length > 0 ? byHeader : matched;
  const [only] = candidates;
  if (only && candidates.length === 1) return only;
  if (only) {
    const names = candidates.map(({ dataset }) => dataset.name);
    const message = `${file} could be of the datasets ${names.join(' and ')} alike; name the dataset with --dataset`;
    return { kind: 'ambiguous', datasets: names, message };
  }
  const others = found.filter((each) => each.kind !== 'matched');
  return others.find(({ kind }) => kind === 'ambiguous') ?? nearestOf(others, datasets.size, file);
}

function nearestOf(others: readonly Exclude<Recognition, Recognised>[], count: number, file: string): Recognition {
  const lacking = (each: Exclude<Recognition, Recognised>) =>
    each.kind === 'unmatched' && each.nearest ? each.nearest.missing.length + (each.nearest.width ? 100 : 0) : 1_000;
  const [nearest] = [...others].sort((a, b) => lacking(a) - lacking(b));
  return nearest ?? { kind: 'unmatched', nearest: undefined, message: `${file} is of none of the ${count} datasets` };
}

/** What the beginning of a file says of its columns, to be compared with what was expected. */
export function shapeOf({ header, records }: Peek): FileShape {
  return profileSample(header, records);
}
