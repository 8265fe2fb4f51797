import type { Operator } from '../engine/operator.ts';
import type { Registry } from '../engine/plan.ts';

/** The operators that come with Tillstream; a test compares this list with the folder. */
const BUILT_IN: readonly Operator[] = [];

/** All operators there are, by name. */
export async function loadRegistry(): Promise<Registry> {
  return new Map(BUILT_IN.map((operator) => [operator.name, operator]));
}
