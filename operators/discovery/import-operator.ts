import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Operator } from '../../engine/operator.ts';
import { badOperator } from './errors.ts';
import type { FoundOperator } from './found-operator.ts';
import { answerToOwnName } from './own-name.ts';

/** What a module of an operator exports. */
export interface OperatorModule {
  readonly default: Operator;
  /** What it is to be tried with, where its example is not enough; see `ConformanceRequest`. */
  readonly trial?: unknown;
}

/**
 * Loads an operator's module; one whose file has changed is loaded anew. Throws `bad_operator` where it can't be loaded, exports no
 * operator, or one that is not called as it was found.
 */
export async function importOperator({ name, path }: FoundOperator): Promise<OperatorModule> {
  answerToOwnName();
  const module = await load(path);
  const { default: operator } = module;
  if (!operator?.create && !operator?.source) throw badOperator(path, 'expected an operator as its default export');
  if (operator.name === name) return module as OperatorModule;
  throw badOperator(path, `expected the operator to be called "${name}", as its file is, got "${operator.name}"`);
}

async function load(path: string): Promise<{ readonly default?: Partial<Operator> }> {
  try {
    const url = pathToFileURL(path);
    // A thread loads each address once: a changed file gets another one.
    url.searchParams.set('changed', String(statSync(path).mtimeMs));
    return (await import(url.href)) as { default?: Partial<Operator> };
  } catch (error) {
    throw badOperator(path, `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
