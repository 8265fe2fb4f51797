import type { Operator } from '../engine/operator.ts';
import type { Registry } from '../engine/plan.ts';
import { badOperator } from './discovery/errors.ts';
import { findOperators } from './discovery/find-operators.ts';
import { type FoundOperator, type OnBroken, rethrow } from './discovery/found-operator.ts';

/** How to load the operators that come with Tillstream; a test compares this table with the folder. */
const BUILT_IN: Readonly<Record<string, () => Promise<Operator>>> = {
  aggregate: async () => (await import('./aggregate.ts')).aggregate,
  'async-map': async () => (await import('./async-map.ts')).asyncMap,
  'batch-insert': async () => (await import('./batch-insert.ts')).batchInsert,
  broadcast: async () => (await import('./broadcast.ts')).broadcast,
  cast: async () => (await import('./cast.ts')).cast,
  'csv-sink': async () => (await import('./csv-sink.ts')).csvSink,
  'csv-source': async () => (await import('./csv-source.ts')).csvSource,
  'dead-letter': async () => (await import('./dead-letter.ts')).deadLetter,
  deduplicate: async () => (await import('./deduplicate.ts')).deduplicate,
  enrich: async () => (await import('./enrich.ts')).enrich,
  filter: async () => (await import('./filter.ts')).filter,
  'flat-map': async () => (await import('./flat-map.ts')).flatMap,
  'http-sink': async () => (await import('./http-sink.ts')).httpSink,
  'http-source': async () => (await import('./http-source.ts')).httpSource,
  'jsonl-sink': async () => (await import('./jsonl-sink.ts')).jsonlSink,
  'jsonl-source': async () => (await import('./jsonl-source.ts')).jsonlSource,
  join: async () => (await import('./join.ts')).join,
  lookup: async () => (await import('./lookup.ts')).lookup,
  map: async () => (await import('./map.ts')).map,
  merge: async () => (await import('./merge.ts')).merge,
  route: async () => (await import('./route.ts')).route,
  'session-window': async () => (await import('./session-window.ts')).sessionWindow,
  sessionise: async () => (await import('./sessionise.ts')).sessionise,
  'sliding-window': async () => (await import('./sliding-window.ts')).slidingWindow,
  sample: async () => (await import('./sample.ts')).sample,
  'sqlite-sink': async () => (await import('./sqlite-sink.ts')).sqliteSink,
  sort: async () => (await import('./sort.ts')).sort,
  tap: async () => (await import('./tap.ts')).tap,
  'top-k': async () => (await import('./top-k.ts')).topK,
  'tumbling-window': async () => (await import('./tumbling-window.ts')).tumblingWindow,
  throttle: async () => (await import('./throttle.ts')).throttle,
  validate: async () => (await import('./validate.ts')).validate,
};

/**
 * The operators named, or all there are, by name: those that come with Tillstream and those that people have added, in the home whose
 * folder is given and in the project (null for none of them). Modules are loaded now, and anew where they have changed. A name that no
 * operator has is left out. Where an added one is not what it has to be, throws `bad_operator` or `bad_operator_package`; with
 * `onBroken`, tells that instead and leaves it out.
 */
export async function loadRegistry(
  names?: readonly string[],
  home?: string | null,
  onBroken: OnBroken = rethrow,
): Promise<Registry> {
  const added = addedOperators(home, onBroken);
  const wanted = names ?? [...new Set([...Object.keys(BUILT_IN), ...added.keys()])];
  const operators = await Promise.all(wanted.map((name) => load(name, added.get(name), onBroken)));
  return new Map(operators.flatMap((operator) => (operator ? [[operator.name, operator] as const] : [])));
}

/** Names of all operators there are, without loading any. Throws `bad_operator_package`. */
export function operatorNames(home?: string | null, onBroken: OnBroken = rethrow): string[] {
  return [...new Set([...Object.keys(BUILT_IN), ...addedOperators(home, onBroken).keys()])];
}

export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(BUILT_IN, name);
}

function addedOperators(home: string | null | undefined, onBroken: OnBroken): ReadonlyMap<string, FoundOperator> {
  return home === null ? new Map() : findOperators(home, onBroken);
}

async function load(name: string, added: FoundOperator | undefined, onBroken: OnBroken): Promise<Operator | undefined> {
  if (!added) return isBuiltIn(name) ? BUILT_IN[name]?.() : undefined;
  try {
    if (isBuiltIn(name))
      throw badOperator(added.path, `"${name}" is the name of an operator that comes with Tillstream`);
    const { importOperator } = await import('./discovery/import-operator.ts');
    return (await importOperator(added)).default;
  } catch (error) {
    onBroken(error);
    return undefined;
  }
}
