import { join, parse, resolve } from 'node:path';
import type { Split } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { OperatorContext } from '../../engine/operator.ts';

/** The service `folders`: where a home keeps what. Absolute paths. */
export interface Folders {
  /** Relative paths of a plan start from here. */
  readonly home: string;
  /** Enriched and aggregated output. */
  readonly processed: string;
  /** Dead letters to be mended. */
  readonly rejected: string;
  /** What operators write down for themselves: `data/.scratch` of the home unless given; null for a temporary folder. */
  readonly scratch?: string | null;
}

/** The folder that a plan names, or else the home's own of that kind. */
export function folderFor(context: OperatorContext, kind: 'processed' | 'rejected', given: string | undefined): string {
  const folders = context.service<Folders>('folders');
  return given === undefined ? folders[kind] : resolve(folders.home, given);
}

/** The folder that relative paths of a plan start from; without a home that is where the process was started. */
export function homeOf(context: OperatorContext): string {
  try {
    return context.service<Folders>('folders').home;
  } catch (error) {
    if (error instanceof TillstreamError && error.code === 'unknown_service') return process.cwd();
    throw error;
  }
}

const ENDINGS = /\.(csv|jsonl|ndjson)(\.[^.]*)?$/i;

/** A file's name without folder, without `.csv`, `.csv.gz`, `.jsonl` and the like. */
export function stemOf(file: string): string {
  const { base, name } = parse(file.replaceAll('\\', '/'));
  return ENDINGS.test(base) ? base.replace(ENDINGS, '') : name;
}

/** `-3` for file 3, `-3-1` for part 1 of it; empty where the warehouse gave no number. */
export function splitMark({ fileId, part }: Split): string {
  if (fileId === 0 && part === 0) return '';
  return part === 0 ? `-${fileId}` : `-${fileId}-${part}`;
}

/** The path in `folder` of a name that may not lead out of it. */
export function pathIn(folder: string, name: string): string {
  return join(folder, name.replaceAll(/[\\/]/g, '_'));
}
