import type { Operator } from '../engine/operator.ts';
import type { Registry } from '../engine/plan.ts';
import { aggregate } from './aggregate.ts';
import { batchInsert } from './batch-insert.ts';
import { csvSource } from './csv-source.ts';
import { enrich } from './enrich.ts';
import { validate } from './validate.ts';

/** The operators that come with Tillstream; a test compares this list with the folder. */
const BUILT_IN: readonly Operator[] = [aggregate, batchInsert, csvSource, enrich, validate];

/** All operators there are, by name. */
export async function loadRegistry(): Promise<Registry> {
  return new Map(BUILT_IN.map((operator) => [operator.name, operator]));
}
