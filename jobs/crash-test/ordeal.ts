import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { openDatabase } from '../../db/connection.ts';
import { contentsDigest } from '../../db/contents.ts';
import { verify } from '../../db/verify.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { Random } from '../generate/random.ts';
import { generateSales } from '../generate.ts';
import { type Home, initHome } from '../home.ts';

export interface OrdealOptions {
  /** Processes to kill. */
  readonly kills: number;
  /** Records in all files together. */
  readonly rows: number;
  readonly files: number;
  readonly seed: number;
  /** Where to work; what is there is removed. */
  readonly dir: string;
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface OrdealResult {
  readonly kills: number;
  /** Times that all files were loaded from the beginning. */
  readonly rounds: number;
  /** Parts of the warehouse, or of the home, that were not as after an uninterrupted run, with the round. */
  readonly differences: readonly string[];
}

const COMMAND = resolve(import.meta.dirname, '../../bin/tillstream.js');
/** Small, so that there is much to go on from. */
const CHECKPOINT_BYTES = 65_536;
/** Bounds of the time that a process may live. */
const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * Loads the same files twice: once in peace, and once by processes that are killed at random moments, each going on where the
 * last one died. Then both warehouses must say the same.
 */
export async function ordeal(options: OrdealOptions): Promise<OrdealResult> {
  const { dir, kills, seed, say = () => {} } = options;
  await rm(dir, { recursive: true, force: true });
  const originals = await makeFiles(options);
  const peaceful = await homeWith(join(dir, 'peace'), originals);
  const started = performance.now();
  await runToEnd(peaceful);
  const peaceMs = performance.now() - started;
  const expected = await stateOf(peaceful);
  say(`an uninterrupted run takes ${Math.round(peaceMs)} ms`);
  const random = new Random(seed, 0, 0);
  const differences: string[] = [];
  let done = 0;
  let rounds = 0;
  while (done < kills) {
    rounds++;
    const home = await homeWith(join(dir, `round-${rounds}`), originals);
    const patience = new Patience(peaceMs, random);
    done += await tormented(home, patience, kills - done, options);
    const found = differencesOf(expected, await stateOf(home));
    differences.push(...found.map((what) => `round ${rounds}: ${what}`));
    say(
      `round ${rounds}: ${done} of ${kills} killed, ${found.length === 0 ? 'all as it should be' : found.join(', ')}`,
    );
    if (found.length === 0) await rm(home.dir, { recursive: true });
  }
  return { kills: done, rounds, differences };
}

async function makeFiles({ dir, rows, files, seed }: OrdealOptions): Promise<string[]> {
  const made = await generateSales({ out: join(dir, 'files'), rows, days: files, seed, dirty: 0.01 });
  return [...made.files];
}

async function homeWith(dir: string, originals: readonly string[]): Promise<Home> {
  const home = await initHome(dir);
  const config = JSON.parse(await readFile(home.config, 'utf8')) as Record<string, unknown>;
  await writeFile(home.config, JSON.stringify({ ...config, checkpointBytes: CHECKPOINT_BYTES }));
  await mkdir(home.raw, { recursive: true });
  for (const file of originals) await copyFile(file, join(home.raw, basename(file)));
  return home;
}

/** How long the next process may live: shorter as they get further than the kills that are left allow, longer otherwise. */
class Patience {
  readonly #random: Random;
  #ms: number;

  constructor(peaceMs: number, random: Random) {
    this.#ms = Math.min(LONGEST_MS, peaceMs / 2);
    this.#random = random;
  }

  next(): number {
    return SHORTEST_MS + this.#random.below(Math.max(1, Math.round(this.#ms)));
  }

  adapt(tooFast: boolean): void {
    this.#ms = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, this.#ms * (tooFast ? 0.9 : 1.1)));
  }
}

/** Kills processes until enough have died, or one has come to the end; then lets one finish. Returns how many died. */
async function tormented(
  home: Home,
  patience: Patience,
  kills: number,
  { files, signal }: OrdealOptions,
): Promise<number> {
  for (let killed = 0; killed < kills; killed++) {
    signal?.throwIfAborted();
    if (!(await runAndKill(home, patience.next()))) return killed;
    const finished = (await readdir(home.ingested)).length;
    patience.adapt(finished / files > killed / kills);
  }
  await runToEnd(home);
  return kills;
}

/** True if the process was killed, false if it had finished before. */
async function runAndKill(home: Home, ms: number): Promise<boolean> {
  const child = launch(home);
  const timer = setTimeout(() => child.process.kill('SIGKILL'), ms);
  const { code, signal, output } = await child.ended;
  clearTimeout(timer);
  if (signal === 'SIGKILL') return true;
  if (code === 0) return false;
  throw new TillstreamError('crash_test_failed', `tillstream ingest failed between two kills: ${output}`);
}

async function runToEnd(home: Home): Promise<void> {
  const { code, output } = await launch(home).ended;
  if (code !== 0) throw new TillstreamError('crash_test_failed', `tillstream ingest failed: ${output}`);
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

function launch(home: Home) {
  const child = spawn(process.execPath, [COMMAND, 'ingest', '--home', home.dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
  return { process: child, ended };
}

type State = Readonly<Record<string, string>>;

/** All that must not depend on interruptions: the warehouse's contents, whether it verifies, and the home's files. */
async function stateOf(home: Home): Promise<State> {
  const db = openDatabase(home.database, { readonly: true, check: 'always' });
  try {
    const verified = JSON.stringify(verify(db).differences);
    return {
      ...contentsDigest(db),
      verification: verified,
      'data/raw': (await readdir(home.raw)).filter((name) => !name.startsWith('.')).join(' '),
      'data/raw/.claimed': (await readdir(home.claimed)).join(' '),
      'data/ingested': (await readdir(home.ingested)).join(' '),
      'data/rejected': await rejectedDigest(home),
    };
  } finally {
    db.close();
  }
}

/** The files' numbers are no contents. */
async function rejectedDigest({ rejected }: Home): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(rejected)).sort()) {
    hash.update(name.replace(/-\d+\.csv$/, '')).update(await readFile(join(rejected, name)));
  }
  return hash.digest('hex');
}

function differencesOf(expected: State, got: State): string[] {
  return Object.keys(expected).filter((part) => expected[part] !== got[part]);
}
