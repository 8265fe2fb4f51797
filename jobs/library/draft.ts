import type { Operator } from '../../engine/operator.ts';
import type { PlanEntry, PlanSources } from '../../engine/plan.ts';

/** A plan while its parts are put together. */
export class Draft {
  readonly entries: Exclude<PlanEntry, string>[] = [];
  /** Operators made for this plan, by the name that its entries call them. */
  readonly operators = new Map<string, Operator>();
  /** Paths of the databases that it writes to. */
  readonly databases = new Set<string>();
  /** What the first source reads. */
  input = '';
  /** Whether a run can tell that its input is the same as before. */
  isRepeatable = true;

  /** Adds one operator, by name or as it is, and returns its id. */
  add(operator: string | Operator, options: Record<string, unknown> = {}, from?: PlanSources): string {
    const name = typeof operator === 'string' ? operator : this.#keep(operator);
    const id = this.#freeId(typeof operator === 'string' ? operator : operator.name);
    this.entries.push({ operator: name, id, options, ...(from !== undefined && { from }) });
    return id;
  }

  #keep(operator: Operator): string {
    // No operator of the registry has a space in its name.
    const name = `${operator.name} ${this.operators.size + 1}`;
    this.operators.set(name, operator);
    return name;
  }

  #freeId(name: string): string {
    const taken = new Set(this.entries.map(({ id }) => id));
    let id = name;
    for (let times = 2; taken.has(id); times++) id = `${name}-${times}`;
    return id;
  }
}
