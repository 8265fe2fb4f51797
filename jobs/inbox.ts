import { existsSync, renameSync, type Stats, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileError } from './errors.ts';
import type { Home } from './home.ts';

export interface InboxOptions {
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

/** A file last written longer ago than this is whole. */
const QUIET_MS = 2_000;
/** One written more recently is whole once its size and time have stayed the same for so long. */
export const SETTLE_MS = 500;
/** How long a run waits for files that somebody is still writing; they are left for the next one. */
const PATIENCE_MS = 10_000;

const NAMES = /\.(csv|tsv|tab|psv|txt)(\.gz)?$/i;
const TEMPORARY = /^[.~]|~$|\.(tmp|part|partial|crdownload|download|swp)$/i;

/** Does a file of that name belong in an inbox? Hidden and temporary ones and other types are left alone. */
export function isInboxName(name: string): boolean {
  return NAMES.test(name) && !TEMPORARY.test(name);
}

/** Names of the files that a killed run had claimed; they come first. */
export async function claimedBefore(home: Home): Promise<string[]> {
  return (await names(home.claimed)).filter(isInboxName);
}

/** Names of the files in the inbox, in order of name. */
export async function inboxNames(home: Home): Promise<string[]> {
  return (await names(home.raw)).filter(isInboxName);
}

async function names(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw fileError(dir, cause);
  });
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  return files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Those of the files at `paths` that are whole; waits a little for those being written. */
export async function wholeFiles(paths: readonly string[], options: InboxOptions = {}): Promise<string[]> {
  const { signal, now = Date.now } = options;
  const deadline = now() + PATIENCE_MS;
  const whole = new Set<string>();
  let before = new Map<string, Stats>();
  for (;;) {
    const after = new Map<string, Stats>();
    for (const path of paths) {
      if (whole.has(path)) continue;
      const stats = statsOf(path);
      if (!stats?.isFile()) continue;
      if (isQuiet(stats.mtimeMs, now()) || isSame(stats, before.get(path))) whole.add(path);
      else after.set(path, stats);
    }
    if (after.size === 0 || now() > deadline) return paths.filter((path) => whole.has(path));
    before = after;
    await delay(SETTLE_MS, undefined, signal && { signal });
  }
}

/** Was a file last written so long ago that nobody is writing it any more? Times in milliseconds since 1970. */
export function isQuiet(mtimeMs: number, now: number): boolean {
  return now - mtimeMs > QUIET_MS;
}

/** Of a file that is there and may be looked at. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isSame(now: Stats, before: Stats | undefined): boolean {
  return before !== undefined && now.size === before.size && now.mtimeMs === before.mtimeMs && now.ino === before.ino;
}

/** Takes a file of the inbox by an atomic rename; returns its new path. */
export function claim(home: Home, path: string): string {
  const target = freePath(home.claimed, basename(path));
  move(path, target);
  return target;
}

/** Puts an ingested file among the originals, at a {@link freePath} there. */
export function archive(path: string, destination: string): void {
  move(path, destination);
}

/**
 * Puts a claimed file back where a person looks for it. If the inbox has another of its name by now it stays claimed,
 * and under its name: by that the next run knows it again.
 */
export function giveBack(home: Home, path: string): void {
  const target = join(home.raw, basename(path));
  if (!existsSync(target)) move(path, target);
}

/** `dir/name`, or `dir/name-2.csv` and so on where that is taken. */
export function freePath(dir: string, name: string, isTaken: (path: string) => boolean = existsSync): string {
  const { stem, extension } = splitName(name);
  for (let copy = 1; ; copy++) {
    const path = join(dir, copy === 1 ? name : `${stem}-${copy}${extension}`);
    if (!isTaken(path)) return path;
  }
}

/** At once: on its way to another thread a rename would cost many times its own time, and files come by the thousand. */
function move(path: string, target: string): void {
  try {
    renameSync(path, target);
  } catch (cause) {
    throw fileError(path, cause as NodeJS.ErrnoException);
  }
}

function splitName(name: string): { stem: string; extension: string } {
  const { name: stem, ext } = parse(name);
  if (ext.toLowerCase() !== '.gz') return { stem, extension: ext };
  const inner = parse(stem);
  return { stem: inner.name, extension: `${inner.ext}${ext}` };
}
