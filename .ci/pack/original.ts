import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './project.ts';

/** Where the project's package.json waits while that of the package is in its place. */
export const ORIGINAL: string = join(PROJECT, '.ci/pack/.package.json');

/** Puts it back, also after a packing that was cut off. */
export function restoreManifest(): void {
  if (existsSync(ORIGINAL)) renameSync(ORIGINAL, join(PROJECT, 'package.json'));
}
