import { basename } from 'node:path';
import type { Config, Dataset } from './config.ts';
import {
  type Difference,
  type DroppedFile,
  describeDifference,
  differenceOf,
  distance,
  fits,
  listed,
  nameMatches,
} from './difference.ts';
import { findDrift } from './drift.ts';
import { matchHeader } from './header.ts';

export type { Difference, DroppedFile } from './difference.ts';

export type Match =
  | { readonly kind: 'matched'; readonly dataset: Dataset }
  | { readonly kind: 'ambiguous'; readonly datasets: readonly string[]; readonly message: string }
  | { readonly kind: 'unmatched'; readonly nearest: Difference | undefined; readonly message: string };

interface Candidate {
  readonly dataset: Dataset;
  readonly seen: DroppedFile;
  readonly difference: Difference;
}

/** How a file looks in a dataset's dialect; a file that is read alike by all may be given as it is. */
export type Look = (dataset: Dataset) => DroppedFile;

/** Finds the dataset of a dropped file. The most specific one wins; where two are equally so, neither does. */
export function findDataset(config: Config, dropped: DroppedFile | Look): Match {
  const look = typeof dropped === 'function' ? dropped : () => dropped;
  const candidates = [...config.datasets.values()].map((dataset): Candidate => {
    const seen = look(dataset);
    return { dataset, seen, difference: differenceOf(dataset, seen) };
  });
  const [first] = candidates;
  if (!first) return { kind: 'unmatched', nearest: undefined, message: 'no dataset is configured' };
  const { file } = first.seen;
  return bestFitting(candidates, file) ?? knownByValues(candidates) ?? unmatched(candidates, file);
}

function bestFitting(candidates: readonly Candidate[], file: string): Match | undefined {
  const [best, ...others] = candidates
    .filter(({ difference }) => fits(difference))
    .map(({ dataset, seen }) => ({ dataset, rank: specificity(dataset, seen) }))
    .sort((a, b) => compareRanks(b.rank, a.rank));
  if (!best) return undefined;
  const equals = others.filter(({ rank }) => compareRanks(rank, best.rank) === 0);
  if (equals.length === 0) return { kind: 'matched', dataset: best.dataset };
  const datasets = [best, ...equals].map(({ dataset }) => dataset.name);
  const message = `${basename(file)} could be of the datasets ${listed(datasets, 'and')} alike; give one of them a "match" that only its files meet, or name the dataset`;
  return { kind: 'ambiguous', datasets, message };
}

/** The one dataset whose missing columns are all there under other names, surely enough and as its contract allows. */
function knownByValues(candidates: readonly Candidate[]): Match | undefined {
  const known = candidates.filter(({ dataset, seen: { shape }, difference: { missing, patterns, width } }) => {
    if (!shape || patterns || width || missing.length === 0 || missing.length >= dataset.match.header.length)
      return false;
    const { renames, failure } = findDrift(dataset, shape);
    return failure === undefined && missing.every((name) => renames[name] !== undefined);
  });
  return known.length === 1 ? { kind: 'matched', dataset: known[0]!.dataset } : undefined;
}

function unmatched(candidates: readonly Candidate[], file: string): Match {
  const nearest = candidates.map(({ difference }) => difference).sort((a, b) => distance(a) - distance(b))[0]!; // There is one.
  const message = `${basename(file)} is of no dataset; "${nearest.dataset}" comes nearest, but ${describeDifference(nearest)}`;
  return { kind: 'unmatched', nearest, message };
}

/** Ranks compare from the left: named by a pattern, columns known, columns demanded, fewest unknown, longest pattern. */
function specificity(dataset: Dataset, { file, header }: DroppedFile): number[] {
  const literal = Math.max(0, ...dataset.match.files.filter((p) => nameMatches(file, p)).map(literalLength));
  if (dataset.dialect.header === false) return [Number(literal > 0), 0, 0, 0, literal];
  const { columns, extra } = matchHeader(dataset.fields, header);
  return [Number(literal > 0), columns.size, dataset.match.header.length, -extra.length, literal];
}

/** Characters of a pattern that are no wildcards; its extension says nothing. */
function literalLength(pattern: string): number {
  return pattern.replace(/(?:\.(?:csv|tsv|txt|gz))+$/i, '').replace(/\[[^\]]*\]|[*?{},!()]/g, '').length;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const first = a.findIndex((value, i) => value !== b[i]);
  return first < 0 ? 0 : a[first]! - b[first]!;
}
