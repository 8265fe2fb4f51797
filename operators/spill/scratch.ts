import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillstreamError } from '../../engine/errors.ts';
import type { OperatorContext } from '../../engine/operator.ts';
import type { Folders } from '../csv-output/folders.ts';

/** Where in a home the scratch files of one part of a file stand. */
export function scratchOf(home: string, { fileId, part }: { fileId: number; part: number }): string {
  return join(scratchIn(home), nameOf({ fileId, part }));
}

function nameOf({ fileId, part }: { fileId: number; part: number }): string {
  return `${fileId}-${part}`;
}

function scratchIn(home: string): string {
  return join(home, 'data', '.scratch');
}

/** Removes what operators have written down for themselves over a part of a file that nobody will go on with. */
export async function clearScratch(home: string, part: { fileId: number; part: number }): Promise<void> {
  await rm(scratchOf(home, part), { recursive: true, force: true });
}

/** Removes what was written down over files of a warehouse other than these. Returns how many folders that were. */
export async function clearScratchBut(home: string, fileIds: readonly number[]): Promise<number> {
  const kept = new Set(fileIds);
  const names = await readdir(scratchIn(home)).catch(() => []);
  const left = names.filter((name) => /^\d+-\d+$/.test(name) && !kept.has(Number.parseInt(name, 10)));
  for (const name of left) await rm(join(scratchIn(home), name), { recursive: true, force: true });
  return left.length;
}

/** A folder for what an operator writes down for itself. Made when it is first asked for. */
export class Scratch {
  /** Whether the files will be there for a later run that goes on from a checkpoint. */
  readonly isLasting: boolean;
  #path: string | null;
  #made = false;

  constructor(context: OperatorContext) {
    const folder = folderOf(context);
    this.isLasting = folder !== null;
    this.#path = folder === null ? null : join(folder, nameOf(context.split), context.id.replaceAll(/[^\w.-]/g, '_'));
  }

  /** The path of a file; null where the folder has not been made and has no fixed place. */
  pathOf(name: string): string | null {
    return this.#path === null ? null : join(this.#path, name);
  }

  /** The path of a file to be written. */
  async place(name: string): Promise<string> {
    this.#path ??= await mkdtemp(join(tmpdir(), 'tillstream-scratch-'));
    if (!this.#made) await mkdir(this.#path, { recursive: true });
    this.#made = true;
    return join(this.#path, name);
  }

  /** Removes everything, also what an earlier run has left. */
  async clear(): Promise<void> {
    if (this.#path !== null) await rm(this.#path, { recursive: true, force: true });
    this.#made = false;
  }
}

function folderOf(context: OperatorContext): string | null {
  try {
    const { home, scratch = scratchIn(home) } = context.service<Folders>('folders');
    return scratch;
  } catch (error) {
    if (error instanceof TillstreamError && error.code === 'unknown_service') return null;
    throw error;
  }
}

/** What was written down before an interruption can't be gone on with. */
export function scratchLost(path: string): TillstreamError {
  const message =
    `${path}: expected what was written there before the interruption, but it is gone or has changed; ` +
    'read the input from its beginning';
  return new TillstreamError('scratch_lost', message);
}
