import { basename } from 'node:path';
import type { Dialect } from '../../operators/csv/dialect.ts';
import type { Config, Dataset } from '../../operators/dataset/config.ts';
import { findDataset, type Match } from '../../operators/dataset/match.ts';
import { type FileShape, profileSample } from '../../operators/dataset/profile.ts';
import { isRejected } from '../../operators/dead-letter/added-columns.ts';
import { noSuchDataset } from '../errors.ts';
import { type Peek, peek } from './peek.ts';

/** A file whose dataset is known, and what its beginning looks like. */
export interface Recognised {
  readonly kind: 'matched';
  readonly dataset: Dataset;
  readonly peek: Peek;
  /** What its beginning says of its columns. */
  readonly shape: FileShape;
}

export type Recognition = Recognised | Exclude<Match, { kind: 'matched' }>;

/**
 * Finds the datasets of files by looking at their beginnings, once for each dialect that the datasets have.
 * A dataset that is asked for by name is taken, whatever the file looks like.
 */
export class Recogniser {
  readonly #config: Config;
  readonly #wanted: Dataset | undefined;
  /** By what the dialect says. */
  readonly #dialects: ReadonlyMap<string, Dialect>;

  /** Throws `no_such_dataset`. */
  constructor(config: Config, wanted?: string) {
    this.#config = config;
    this.#wanted = wanted === undefined ? undefined : datasetCalled(config, wanted);
    this.#dialects = new Map([...config.datasets.values()].map(({ dialect }) => [keyOf(dialect), dialect]));
  }

  /** Throws what reading the file throws. */
  async recognise(path: string): Promise<Recognition> {
    if (this.#wanted) return recogniseAs(this.#wanted, path);
    const looks = new Map<string, Look>();
    for (const [key, dialect] of this.#dialects) looks.set(key, new Look(path, await peek(path, dialect)));
    // There is one for the dialect of every dataset.
    const lookOf = ({ dialect }: Dataset) => looks.get(keyOf(dialect))!;
    const match = findDataset(this.#config, lookOf);
    return match.kind === 'matched' ? recognised(match.dataset, lookOf(match.dataset)) : match;
  }
}

/** How a file looks in one dialect. Its columns are profiled only if somebody asks. */
class Look {
  readonly file: string;
  readonly peek: Peek;
  #shape: FileShape | undefined;

  constructor(path: string, peek: Peek) {
    this.file = basename(path);
    this.peek = peek;
  }

  get header(): readonly string[] {
    return this.peek.header;
  }

  get isRejected(): boolean {
    return isRejected(this.peek.columns ?? []);
  }

  get shape(): FileShape {
    // Values that were rejected do not say what a column holds.
    this.#shape ??= profileSample(this.peek.header, this.isRejected ? [] : this.peek.records);
    return this.#shape;
  }
}

/** Looks at a file as one of that dataset. Throws what reading the file throws. */
export async function recogniseAs(dataset: Dataset, path: string): Promise<Recognised> {
  return recognised(dataset, new Look(path, await peek(path, dataset.dialect)));
}

function recognised(dataset: Dataset, look: Look): Recognised {
  return { kind: 'matched', dataset: look.isRejected ? forRest(dataset) : dataset, peek: look.peek, shape: look.shape };
}

/** Mended records complete the file that they were rejected from, and do not replace it. */
function forRest(dataset: Dataset): Dataset {
  return dataset.disposition === 'replace' ? { ...dataset, disposition: 'append' } : dataset;
}

function keyOf(dialect: Dialect): string {
  return JSON.stringify(dialect);
}

function datasetCalled({ datasets }: Config, name: string): Dataset {
  const dataset = datasets.get(name);
  if (dataset) return dataset;
  throw noSuchDataset(name, datasets.keys());
}
