import { TillstreamError } from './errors.ts';
import { fillOptions } from './fill-options.ts';
import { suggestion } from './nearest.ts';
import type { Operator } from './operator.ts';

/** One operator of a plan, as written: an operator's name, or the name with options and an id of its own. */
export type PlanEntry = string | { operator: string; options?: Record<string, unknown>; id?: string };

/** One operator of a plan, complete. */
export interface PlanNode {
  /** Unique in the plan; what metrics, ledger and checkpoints call it. */
  readonly id: string;
  readonly operator: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A pipeline as data: a source and the operators that its records go through, frozen and safe to serialise. */
export type Plan = readonly PlanNode[];

export type Registry = ReadonlyMap<string, Operator>;

/**
 * Checks a pipeline against the operators there are and fills in ids and default options.
 * Throws TillstreamError: `bad_plan`, `unknown_operator` or `bad_option`, each naming the place.
 */
export function makePlan(entries: readonly PlanEntry[], registry: Registry): Plan {
  if (entries.length === 0) throw new TillstreamError('bad_plan', 'a plan needs a source and at least one operator');
  const used = new Set<string>();
  return deepFreeze(
    entries.map((entry, index): PlanNode => {
      const { operator: name, options = {}, id } = typeof entry === 'string' ? { operator: entry } : entry;
      const operator = registry.get(name);
      if (!operator) {
        const message = `operators[${index}]: no operator is called "${name}"${suggestion(name, registry.keys())}`;
        throw new TillstreamError('unknown_operator', message);
      }
      if (Boolean(operator.source) !== (index === 0)) {
        const message =
          index === 0 ? 'is not a source, and a plan begins with one' : 'is a source: only the first may be';
        throw new TillstreamError('bad_plan', `operators[${index}]: "${name}" ${message}`);
      }
      return { id: uniqueId(id ?? name, used), operator: name, options: fillOptions(operator, options) };
    }),
  );
}

function uniqueId(wanted: string, used: Set<string>): string {
  let id = wanted;
  for (let times = 2; used.has(id); times++) id = `${wanted}-${times}`;
  used.add(id);
  return id;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
