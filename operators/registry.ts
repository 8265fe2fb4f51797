import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TillstreamError } from '../engine/errors.ts';
import type { Operator } from '../engine/operator.ts';
import type { Registry } from '../engine/plan.ts';

/** How to load the operators that come with Tillstream; a test compares this table with the folder. */
const BUILT_IN: Readonly<Record<string, () => Promise<Operator>>> = {
  aggregate: async () => (await import('./aggregate.ts')).aggregate,
  'batch-insert': async () => (await import('./batch-insert.ts')).batchInsert,
  'csv-sink': async () => (await import('./csv-sink.ts')).csvSink,
  'csv-source': async () => (await import('./csv-source.ts')).csvSource,
  'dead-letter': async () => (await import('./dead-letter.ts')).deadLetter,
  deduplicate: async () => (await import('./deduplicate.ts')).deduplicate,
  enrich: async () => (await import('./enrich.ts')).enrich,
  filter: async () => (await import('./filter.ts')).filter,
  map: async () => (await import('./map.ts')).map,
  tap: async () => (await import('./tap.ts')).tap,
  validate: async () => (await import('./validate.ts')).validate,
};

const CUSTOM = join(import.meta.dirname, 'custom');

/**
 * The operators named, or all there are, by name: those that come with Tillstream and those in `custom`, a folder of modules
 * that each export one operator as their default (null for none). A name that no operator has is left out.
 * Throws `bad_operator` where such a module exports none, or one that is not called as its file is.
 */
export async function loadRegistry(names?: readonly string[], custom: string | null = CUSTOM): Promise<Registry> {
  const files = customFiles(custom);
  const wanted = names ?? [...new Set([...Object.keys(BUILT_IN), ...files.keys()])];
  const operators = await Promise.all(
    wanted.map((name) => {
      const path = files.get(name);
      return path === undefined ? BUILT_IN[name]?.() : importCustom(name, path);
    }),
  );
  return new Map(operators.flatMap((operator) => (operator ? [[operator.name, operator] as const] : [])));
}

/** Operator name to path. */
function customFiles(folder: string | null): ReadonlyMap<string, string> {
  const files = folder !== null && existsSync(folder) ? readdirSync(folder) : [];
  const modules = files.filter((file) => /^[^.]+\.(ts|js|mjs)$/.test(file));
  return new Map(modules.map((file) => [parse(file).name, join(folder ?? '', file)]));
}

async function importCustom(name: string, path: string): Promise<Operator> {
  const { default: operator } = (await import(pathToFileURL(path).href)) as { default?: Partial<Operator> };
  if (BUILT_IN[name]) throw badOperator(path, `"${name}" is the name of an operator that comes with Tillstream`);
  if (!operator?.create && !operator?.source) throw badOperator(path, 'expected an operator as its default export');
  if (operator.name === name) return operator as Operator;
  throw badOperator(path, `expected the operator to be called "${name}", as its file is, got "${operator.name}"`);
}

function badOperator(path: string, message: string): TillstreamError {
  return new TillstreamError('bad_operator', `${path}: ${message}`);
}
