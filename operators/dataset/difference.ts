import { basename, matchesGlob } from 'node:path';
import type { Dataset } from './config.ts';
import { headerKey, matchHeader } from './header.ts';
import type { FileShape } from './profile.ts';
import { nameSimilarity } from './similarity.ts';

/** What `dead-letter` puts after the name of a file whose records it writes, and what may have been done to that since. */
const REJECTED = /\.rejected(?:-\d+){0,2}(?:\.[a-z]+)*$/;

/** What is known of a dropped file before it is read. */
export interface DroppedFile {
  /** Its name, or a path to it; only the name is compared with patterns. */
  readonly file: string;
  /** The names in its header line; for a file without one, its first record. */
  readonly header: readonly string[];
  /** A sample's profile, if there is one: then a file may be known by its values where columns were renamed. */
  readonly shape?: FileShape;
}

/** A column of the file that a field may have been renamed to. */
export interface LikelyRename {
  readonly field: string;
  readonly column: string;
  /** 0 to 1, by the names alone. */
  readonly similarity: number;
}

/** How far a file is from a dataset. */
export interface Difference {
  readonly dataset: string;
  /** Columns that the dataset needs and the file lacks. */
  readonly missing: readonly string[];
  /** Columns of the file that the dataset does not know. */
  readonly extra: readonly string[];
  readonly renamed: readonly LikelyRename[];
  /** The dataset's patterns, where the file's name matches none of them. */
  readonly patterns?: readonly string[];
  /** Columns that a file without header should have, and has. */
  readonly width?: { readonly expected: number; readonly got: number };
}

/** What differs between a file and a dataset; {@link fits} tells whether it is nothing of weight. */
export function differenceOf(dataset: Dataset, { file, header }: DroppedFile): Difference {
  const { files } = dataset.match;
  const patterns = files.length > 0 && !files.some((pattern) => nameMatches(file, pattern)) ? { patterns: files } : {};
  if (dataset.dialect.header === false) {
    const [expected, got] = [dataset.fields.length, header.length];
    const width = expected === got ? {} : { width: { expected, got } };
    return { dataset: dataset.name, missing: [], extra: [], renamed: [], ...patterns, ...width };
  }
  const { missing, extra } = headerDifference(dataset, header);
  return {
    ...{ dataset: dataset.name, missing, extra, ...patterns },
    // Only a file that is of no dataset is asked for them.
    get renamed() {
      return likelyRenames(missing, extra);
    },
  };
}

export function fits({ missing, patterns, width }: Difference): boolean {
  return missing.length === 0 && !patterns && !width;
}

/** Does the name match, or that of the file whose rejected records these are? */
export function nameMatches(file: string, pattern: string): boolean {
  const [name, glob] = [basename(file).toLowerCase(), pattern.toLowerCase()];
  return matchesGlob(name, glob) || namesBefore(name, glob).some((each) => matchesGlob(each, glob));
}

/** Whatever the ending was, what was rejected is a `.csv`; so it takes the pattern's. */
function namesBefore(name: string, glob: string): string[] {
  const stem = name.replace(REJECTED, '');
  if (stem === name) return [];
  const ending = /(?:\.csv)?\.[a-z0-9]+$/.exec(glob)?.[0] ?? '';
  return [`${stem}.csv`, `${stem}${ending}`];
}

function headerDifference(dataset: Dataset, header: readonly string[]): { missing: string[]; extra: string[] } {
  const { columns, extra } = matchHeader(dataset.fields, header);
  const fields = new Map([...columns.keys()].map((name) => [headerKey(name), name]));
  const others = new Set(extra.map((i) => headerKey(header[i]!)));
  const missing = dataset.match.header.filter((name) => !fields.has(headerKey(name)) && !others.has(headerKey(name)));
  // A required column may be named by an alias of its field.
  const known = new Set(dataset.fields.flatMap((f) => (columns.has(f.name) ? (f.aliases ?? []).map(headerKey) : [])));
  return { missing: missing.filter((name) => !known.has(headerKey(name))), extra: extra.map((i) => header[i]!) };
}

const LIKELY = 0.6;

/** Pairs what is missing with what is extra, the most alike first, each once. */
export function likelyRenames(missing: readonly string[], extra: readonly string[]): LikelyRename[] {
  const pairs = missing
    .flatMap((field) => extra.map((column) => ({ field, column, similarity: nameSimilarity(field, column) })))
    .filter(({ similarity }) => similarity >= LIKELY)
    .sort((a, b) => b.similarity - a.similarity);
  const chosen: LikelyRename[] = [];
  for (const pair of pairs) {
    if (!chosen.some(({ field, column }) => field === pair.field || column === pair.column)) chosen.push(pair);
  }
  return chosen;
}

/** Lost columns weigh most, then a name that does not match, then what is unknown. */
export function distance({ missing, extra, renamed, patterns, width }: Difference): number {
  return (
    (missing.length - renamed.length) * 10 + renamed.length * 3 + (patterns ? 5 : 0) + (width ? 50 : 0) + extra.length
  );
}

/** What differs, as the rest of a sentence. */
export function describeDifference({ missing, extra, renamed, patterns, width }: Difference): string {
  const clauses: string[] = [];
  if (width) clauses.push(`its files have ${width.expected} columns and this one has ${width.got}`);
  if (patterns) clauses.push(`the file's name does not match ${listed(patterns.map(quoted), 'or')}`);
  const lost = missing.filter((name) => !renamed.some(({ field }) => field === name));
  if (lost.length > 0)
    clauses.push(
      `${plural(lost.length, 'the column', 'the columns')} ${listed(lost.map(quoted), 'and')} ${plural(lost.length, 'is', 'are')} missing`,
    );
  for (const { field, column } of renamed)
    clauses.push(`"${field}" is missing and may be what the file calls "${column}"`);
  const unknown = extra.filter((name) => !renamed.some(({ column }) => column === name));
  if (unknown.length > 0) clauses.push(`it does not know ${listed(unknown.map(quoted), 'and')}`);
  return clauses.join('; ');
}

const MOST_LISTED = 6;

export function listed(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length > MOST_LISTED)
    return `${items.slice(0, MOST_LISTED).join(', ')} ${word} ${items.length - MOST_LISTED} more`;
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

function quoted(name: string): string {
  return `"${name}"`;
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
