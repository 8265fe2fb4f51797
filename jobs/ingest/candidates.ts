import { statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileError, isDirectory, notAFile } from '../errors.ts';
import type { Home } from '../home.ts';
import { claimedBefore, inboxNames, wholeFiles } from '../inbox.ts';

/** A file that a run is to look at, and where it came from. */
export interface Candidate {
  readonly name: string;
  readonly path: string;
  /** `claimed` by a run that was killed; in the `inbox`, from where it moves; `named` by the user, and read where it is. */
  readonly origin: 'claimed' | 'inbox' | 'named';
  readonly sizeBytes: number;
  /** Why it can't be read, if that is already clear. */
  readonly error?: Error;
}

export interface Candidates {
  readonly files: readonly Candidate[];
  /** Names of files that are still being written. */
  readonly unfinished: readonly string[];
}

export interface CandidateOptions {
  /** Paths of the files; without them, all that the inbox holds. */
  readonly files?: readonly string[];
  /** Names of files of the inbox that are known to be whole; the others are left where they are. */
  readonly only?: readonly string[];
  /** The dataset that the files are said to be of. */
  readonly dataset?: string;
}

/** The files to look at. What an earlier run had claimed comes first, unless only the files named are said to be of a dataset. */
export async function candidates(
  home: Home,
  { files: named, only, dataset }: CandidateOptions,
  signal: AbortSignal,
): Promise<Candidates> {
  const before = named && dataset !== undefined ? [] : await claimedBefore(home);
  const claimed = before.map((name) => candidate(join(home.claimed, name), 'claimed'));
  if (named) {
    const files = named.map((path) => candidate(resolve(path), originOf(home, path)));
    return { files: [...claimed, ...files], unfinished: [] };
  }
  const wanted = only && new Set(only);
  const names = (await inboxNames(home)).filter((name) => wanted?.has(name) ?? true);
  const paths = names.map((name) => join(home.raw, name));
  const whole = wanted ? paths : await wholeFiles(paths, { signal });
  const files = whole.map((path) => candidate(path, 'inbox'));
  const isWhole = new Set(whole);
  const unfinished = paths.filter((path) => !isWhole.has(path)).map((path) => basename(path));
  return { files: [...claimed, ...files], unfinished };
}

/** A file of the inbox is treated as such, also when it is named. */
function originOf({ raw }: Home, path: string): Candidate['origin'] {
  return relative(raw, resolve(path)) === basename(path) ? 'inbox' : 'named';
}

function candidate(path: string, origin: Candidate['origin']): Candidate {
  const name = basename(path);
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw isDirectory(path);
    if (!stats.isFile()) throw notAFile(path);
    return { name, path, origin, sizeBytes: stats.size };
  } catch (error) {
    const known = 'syscall' in (error as object) ? fileError(path, error as NodeJS.ErrnoException) : (error as Error);
    return { name, path, origin, sizeBytes: 0, error: known };
  }
}
