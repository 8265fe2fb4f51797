import { existsSync, readFileSync } from 'node:fs';
import { type ResolveFnOutput, registerHooks } from 'node:module';

const TYPEBOX = '@sinclair/typebox';
/** Where its modules begin in its package. */
const MODULES = '/build/esm/';
/** Where our own modules are. */
const OWN = new URL('..', import.meta.url).href;
/** What they are, by their ending; compiled, as a package, they are JavaScript. */
const FORMATS: Readonly<Record<string, string>> = { '.ts': 'module-typescript', '.js': 'module' };
let isRegistered = false;

/** Folder of TypeBox's bundle of that version, whether it is there or not. */
export function bundleFolder(version: string): URL {
  return new URL(`../.cache/typebox-${version}/`, import.meta.url);
}

/**
 * From now on, and on the thread that calls it, imports take less time: those between our own modules are not looked for, since they
 * name their files, and TypeBox is loaded from a few files rather than from the 250 of its package, which would take longer than all
 * else. `.ci/typebox/bundle.ts` makes these; where there are none of that version, the package itself is loaded.
 */
export function importQuickly(): void {
  if (isRegistered) return;
  isRegistered = true;
  let folder: URL | null | undefined;
  /** By entry, for our own modules, which all find the same. */
  const entries = new Map<string, ResolveFnOutput>();
  registerHooks({
    resolve(specifier, context, next) {
      const own = isOwn(context.parentURL) && (ownModule(specifier, context.parentURL) ?? entries.get(specifier));
      if (own) return own;
      const found = next(specifier, context);
      if (!specifier.startsWith(TYPEBOX) || !found.url.includes(MODULES)) return found;
      if (folder === undefined) folder = folderFor(found.url);
      if (!folder) return found;
      const url = new URL(`${entryOf(specifier)}.mjs`, folder).href;
      if (isOwn(context.parentURL)) entries.set(specifier, { url, format: 'module', shortCircuit: true });
      return { ...found, url };
    },
  });
}

function isOwn(url: string | undefined): url is string {
  return url?.startsWith(OWN) === true && !url.startsWith('node_modules/', OWN.length);
}

function ownModule(specifier: string, parent: string): ResolveFnOutput | undefined {
  const format = FORMATS[specifier.slice(-3)];
  if (!format || !specifier.startsWith('.')) return undefined;
  return { url: new URL(specifier, parent).href, format, shortCircuit: true };
}

/** What its entry is called in the bundle. */
function entryOf(specifier: string): string {
  return specifier.slice(TYPEBOX.length + 1) || 'index';
}

/** The bundle of the version to which this module belongs. */
function folderFor(url: string): URL | null {
  const manifest = new URL(`${url.slice(0, url.indexOf(MODULES))}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = bundleFolder(version);
  return existsSync(folder) ? folder : null;
}
