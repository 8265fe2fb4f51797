import { join, parse } from 'node:path';
import { namesIn } from './folder.ts';
import type { FoundOperator, OnBroken } from './found-operator.ts';
import { packagedOperators } from './packaged-operators.ts';

/** Where a home's own operators are, and the project's. */
export const CUSTOM_FOLDER = join('operators', 'custom');

const PROJECT = join(import.meta.dirname, '../..');

/**
 * The operators that people have added, by name: files in the home's `operators/custom`, packages in its `node_modules`, files in the
 * project's `operators/custom`. Where two have one name, the first of these counts. Without a home, those of the project.
 * No module is loaded.
 */
export function findOperators(home: string | undefined, onBroken: OnBroken): ReadonlyMap<string, FoundOperator> {
  const ofHome =
    home === undefined ? [] : [...filesIn(join(home, CUSTOM_FOLDER)), ...packagedOperators(home, onBroken)];
  const found = [...ofHome, ...filesIn(join(PROJECT, CUSTOM_FOLDER))];
  return new Map(found.toReversed().map((each) => [each.name, each]));
}

/** Modules; a name with another dot, such as that of a test or a declaration, is no operator's. */
function filesIn(folder: string): FoundOperator[] {
  const modules = namesIn(folder).filter((file) => /^[^.]+\.(ts|js|mjs)$/.test(file));
  return modules.map((file) => ({ name: parse(file).name, path: join(folder, file) }));
}
