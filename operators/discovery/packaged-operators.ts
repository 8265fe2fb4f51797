import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badPackage } from './errors.ts';
import { namesIn } from './folder.ts';
import type { FoundOperator, OnBroken } from './found-operator.ts';

const PREFIX = 'tillstream-operator-';

/**
 * The operators of packages called `tillstream-operator-…` (also `@scope/tillstream-operator-…`) in the home's `node_modules`. Such a
 * package names its operators in package.json, as nodes of Node-RED do: `"tillstream": { "operators": { "loyalty": "./loyalty.js" } }`.
 * One that doesn't is told of with `bad_operator_package`.
 */
export function packagedOperators(home: string, onBroken: OnBroken): FoundOperator[] {
  const modules = join(home, 'node_modules');
  const scopes = namesIn(modules).filter((name) => name.startsWith('@'));
  const folders = [modules, ...scopes.map((scope) => join(modules, scope))];
  const packages = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => join(folder, name)),
  );
  return packages.flatMap((folder) => {
    try {
      return operatorsOf(folder);
    } catch (error) {
      onBroken(error);
      return [];
    }
  });
}

function operatorsOf(folder: string): FoundOperator[] {
  const manifest = join(folder, 'package.json');
  const operators = readManifest(manifest).tillstream?.operators;
  if (typeof operators !== 'object' || operators === null) {
    throw badPackage(manifest, 'expected "tillstream": { "operators": { "name": "./file.js" } }');
  }
  return Object.entries(operators).map(([name, file]) => {
    if (typeof file !== 'string') throw badPackage(manifest, `expected the file of operator "${name}"`);
    // Node runs TypeScript as it is everywhere but in packages.
    if (/\.[cm]?ts$/.test(file)) throw badPackage(manifest, `operator "${name}" must be JavaScript, got ${file}`);
    return { name, path: join(folder, file) };
  });
}

function readManifest(path: string): { tillstream?: { operators?: unknown } } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof readManifest>;
  } catch (error) {
    throw badPackage(path, error instanceof Error ? error.message : String(error));
  }
}
