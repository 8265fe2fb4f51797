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

/** The operators named, or all there are, by name. A name that no operator has is left out. */
export async function loadRegistry(names: readonly string[] = Object.keys(BUILT_IN)): Promise<Registry> {
  const operators = await Promise.all(names.map((name) => BUILT_IN[name]?.()));
  return new Map(operators.flatMap((operator) => (operator ? [[operator.name, operator] as const] : [])));
}
