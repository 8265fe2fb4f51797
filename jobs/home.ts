import { constants } from 'node:fs';
import { access, cp, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Folders } from '../operators/csv-output/folders.ts';
import { CONFIG_FILE } from '../operators/dataset/config-file.ts';
import { fileError, homeExists, noHome, noSuchExample } from './errors.ts';

/** The folder that a warehouse and its files live in. All are absolute paths. */
export interface Home {
  readonly dir: string;
  /** `schema_config.json`: which files there are and what they mean. */
  readonly config: string;
  /** The inbox: what is dropped here is ingested. */
  readonly raw: string;
  /** Files that a run has taken from the inbox and not yet finished. */
  readonly claimed: string;
  /** Originals after success. */
  readonly ingested: string;
  /** Enriched and aggregated outputs. */
  readonly processed: string;
  /** Dead letters as CSVs to be mended and dropped again. */
  readonly rejected: string;
  readonly database: string;
  /** What the jobs, checks and alerts remember: apart from the warehouse, so that neither waits for the other. */
  readonly operations: string;
  readonly logs: string;
  readonly backups: string;
  /** Is there where the home's sales are made up. */
  readonly demo: string;
}

const PROJECT = resolve(import.meta.dirname, '..');
const EXAMPLES = join(PROJECT, 'docs', 'examples');

/** The paths of the home in `dir`, whether it exists or not. */
export function homeAt(dir: string): Home {
  const root = resolve(dir);
  const data = (name: string) => join(root, 'data', name);
  return Object.freeze({
    dir: root,
    config: join(root, CONFIG_FILE),
    raw: data('raw'),
    claimed: join(data('raw'), '.claimed'),
    ingested: data('ingested'),
    processed: data('processed'),
    rejected: data('rejected'),
    database: join(root, 'db', 'tillstream.db'),
    operations: join(root, 'db', 'operations.db'),
    logs: join(root, 'logs'),
    backups: join(root, 'db', 'backups'),
    demo: data('demo.json'),
  });
}

/** The folders that operators read and write. */
export function foldersOf({ dir, processed, rejected }: Home): Folders {
  return { home: dir, processed, rejected };
}

/** The home in `dir`, or without it the nearest one that `cwd` is in. Throws `no_home` if there is none. */
export async function findHome(dir: string | undefined, cwd: string): Promise<Home> {
  if (dir !== undefined) {
    const home = homeAt(resolve(cwd, dir));
    if (await exists(home.config)) return home;
    throw noHome(home.dir);
  }
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const home = homeAt(at);
    if (await exists(home.config)) return home;
    if (dirname(at) === at) throw noHome(resolve(cwd));
  }
}

/** Makes the folders of a home that are not there yet. */
export async function makeFolders(home: Home): Promise<void> {
  for (const dir of [home.claimed, home.ingested, home.processed, home.rejected, dirname(home.database)]) {
    await mkdir(dir, { recursive: true }).catch((cause) => {
      throw fileError(dir, cause);
    });
  }
}

/**
 * Makes a home in `dir` with the project's own configuration or that of an example. Returns the home.
 * Throws `no_such_example` or, rather than overwrite anything, `home_exists`.
 */
export async function initHome(dir: string, example?: string): Promise<Home> {
  const home = homeAt(dir);
  const files = example === undefined ? ownFiles() : await exampleFiles(example);
  for (const name of files.keys()) {
    const target = join(home.dir, name);
    if (await exists(target)) throw homeExists(target);
  }
  await makeFolders(home);
  for (const [name, source] of files) {
    await cp(source, join(home.dir, name), { recursive: true, force: false, errorOnExist: true });
  }
  return home;
}

/** Names of the examples there are. */
export async function exampleNames(): Promise<string[]> {
  const entries = await readdir(EXAMPLES, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Path in the home to where it comes from. */
type Sources = ReadonlyMap<string, string>;

function ownFiles(): Sources {
  const names = [CONFIG_FILE, join('data', 'product_catalog.csv'), join('data', 'stores.csv')];
  return new Map(names.map((name) => [name, join(PROJECT, name)]));
}

async function exampleFiles(example: string): Promise<Sources> {
  const names = await exampleNames();
  if (!names.includes(example)) throw noSuchExample(example, names);
  const dir = join(EXAMPLES, example);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'README.md');
  return new Map(
    files.map(({ parentPath, name }) => [join(parentPath, name).slice(dir.length + 1), join(parentPath, name)]),
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
