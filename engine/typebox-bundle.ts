import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const NAME = '@sinclair/typebox';
/** Where its modules begin in its package. */
const MODULES = '/build/esm/';
let isRegistered = false;

/** Folder of the bundle of that version, whether it is there or not. */
export function bundleFolder(version: string): URL {
  return new URL(`../.cache/typebox-${version}/`, import.meta.url);
}

/**
 * From now on, and on the thread that calls it, TypeBox is loaded from a few files rather than from the 250 of its package, which would
 * take longer than all else. `.ci/typebox/bundle.ts` makes them; where there are none of that version, the package itself is loaded.
 */
export function loadTypeboxAtOnce(): void {
  if (isRegistered) return;
  isRegistered = true;
  let folder: URL | null | undefined;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (!specifier.startsWith(NAME) || !found.url.includes(MODULES)) return found;
      if (folder === undefined) folder = folderFor(found.url);
      return folder ? { ...found, url: new URL(`${entryOf(specifier)}.mjs`, folder).href } : found;
    },
  });
}

/** What its entry is called in the bundle. */
function entryOf(specifier: string): string {
  return specifier.slice(NAME.length + 1) || 'index';
}

/** The bundle of the version to which this module belongs. */
function folderFor(url: string): URL | null {
  const manifest = new URL(`${url.slice(0, url.indexOf(MODULES))}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = bundleFolder(version);
  return existsSync(folder) ? folder : null;
}
