import { TillstreamError } from './errors.ts';
import { fillOptions } from './fill-options.ts';
import { Wiring } from './graph/wiring.ts';
import { suggestion } from './nearest.ts';
import type { Operator } from './operator.ts';

/**
 * Where an entry's records come from: ids of entries before it, or `id.port` for an output that has a name; by the input's name where
 * the operator has several of them.
 */
export type PlanSources = string | readonly string[] | Readonly<Record<string, string>>;

/** One operator of a plan, as written: an operator's name, or the name with options, an id of its own, and `from`: the entry before unless given. */
export type PlanEntry =
  | string
  | { operator: string; options?: Record<string, unknown>; id?: string; from?: PlanSources };

/** An edge of a plan, at the node that it leads to. */
export interface PlanInput {
  /** As the operator knows it: a name from its spec, the index as text where there may be any number, else `main`. */
  readonly name: string;
  /** Id of the node that the records come from. */
  readonly from: string;
  /** The port by which they leave it. */
  readonly port: string;
}

/** One operator of a plan, complete. */
export interface PlanNode {
  /** Unique in the plan; what metrics, ledger and checkpoints call it. */
  readonly id: string;
  readonly operator: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Empty for a source. */
  readonly inputs: readonly PlanInput[];
}

/**
 * A pipeline as data: sources and the operators that their records go through, frozen and safe to serialise. A node comes after those
 * it takes its records from, so there are no circles; the first node is the source that sets the pace of checkpoints.
 */
export type Plan = readonly PlanNode[];

export type Registry = ReadonlyMap<string, Operator>;

/**
 * Checks a pipeline against the operators there are and fills in ids, default options and inputs.
 * Throws TillstreamError: `bad_plan`, `unknown_operator` or `bad_option`, each naming the place.
 */
export function makePlan(entries: readonly PlanEntry[], registry: Registry): Plan {
  if (entries.length === 0) throw new TillstreamError('bad_plan', 'a plan needs a source and at least one operator');
  const used = new Set<string>();
  const wiring = new Wiring(entries);
  const nodes = entries.map((entry, index): PlanNode => {
    const { operator: name, options = {}, id } = typeof entry === 'string' ? { operator: entry } : entry;
    const operator = registry.get(name);
    if (!operator) {
      const message = `operators[${index}]: no operator is called "${name}"${suggestion(name, registry.keys())}`;
      throw new TillstreamError('unknown_operator', message);
    }
    if (index === 0 && !operator.source) {
      throw new TillstreamError('bad_plan', `operators[0]: "${name}" is not a source, and a plan begins with one`);
    }
    const filled = fillOptions(operator, options);
    const unique = uniqueId(id ?? name, used);
    return { id: unique, operator: name, options: filled, inputs: wiring.add(unique, operator, filled) };
  });
  wiring.requireTaken();
  return deepFreeze(nodes);
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
