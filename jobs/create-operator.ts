import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CUSTOM_FOLDER } from '../operators/discovery/find-operators.ts';
import { isBuiltIn, operatorNames } from '../operators/registry.ts';
import { badOperatorName, fileError, operatorExists } from './errors.ts';
import type { Home } from './home.ts';
import { type Form, operatorText } from './operator-files/forms.ts';

/** Paths of what was written. */
export interface CreatedOperator {
  readonly module: string;
  readonly test: string;
}

const KEBAB_CASE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST = 60;

/**
 * Writes a new operator of a home, and its test, ready to run. Throws `bad_operator_name`, or `operator_exists` where there is one of
 * that name or a file would be overwritten.
 */
export async function createOperator(home: Home, name: string, form: Form): Promise<CreatedOperator> {
  if (!KEBAB_CASE.test(name) || name.length > LONGEST) throw badOperatorName(name);
  const path = (ending: string) => join(home.dir, CUSTOM_FOLDER, `${name}${ending}`);
  const created = { module: path('.ts'), test: path('.test.ts') };
  if (isBuiltIn(name)) throw operatorExists(name, 'comes with Tillstream');
  if (operatorNames(home.dir).includes(name)) throw operatorExists(name, 'is there already');
  for (const file of Object.values(created)) if (existsSync(file)) throw operatorExists(name, `has a file ${file}`);
  const text = operatorText(name, form);
  await mkdir(dirname(created.module), { recursive: true });
  await write(created.module, text.module);
  await write(created.test, text.test);
  return created;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause) => {
    throw fileError(path, cause);
  });
}
