import type { Operator, OperatorContext } from '../../engine/operator.ts';
import type { Registry } from '../../engine/plan.ts';
import { BatchInsert } from '../../operators/batch-insert/insert.ts';

/** What runs on the writer's thread, without what its options look like: the plan has been checked, and loading that takes a while. */
const SINK = {
  name: 'batch-insert',
  summary: 'writes to the warehouse',
  create: (_options: unknown, context: OperatorContext) => new BatchInsert(context),
} as unknown as Operator;

/** The operators named, for plans that were made on another thread. */
export async function loadRegistry(names: readonly string[], home?: string): Promise<Registry> {
  if (names.every((name) => name === SINK.name)) return new Map([[SINK.name, SINK]]);
  const all = await import('../../operators/registry.ts');
  return all.loadRegistry(names, home);
}
