import { MAIN } from '../batch.ts';
import { TillstreamError } from '../errors.ts';
import { suggestion } from '../nearest.ts';
import type { Operator } from '../operator.ts';
import type { PlanEntry, PlanInput, PlanSources } from '../plan.ts';

/** An entry that has been added, with the ports by which its records leave. */
interface Added {
  readonly place: string;
  /** Port to the id of who takes it, empty for nobody. */
  readonly ports: Map<string, string>;
  /** Whether the plan may end here. */
  readonly mayEnd: boolean;
}

/** The edges of a plan while it is made, entry after entry. Throws `bad_plan` at the first that can't be. */
export class Wiring {
  readonly #entries: readonly PlanEntry[];
  readonly #added = new Map<string, Added>();
  #before = '';

  constructor(entries: readonly PlanEntry[]) {
    this.#entries = entries;
  }

  /** Takes up the outputs that the next entry names, and gives its inputs. */
  add(id: string, operator: Operator, options: Record<string, unknown>): PlanInput[] {
    const index = this.#added.size;
    const place = `operators[${index}]: "${operator.name}"`;
    const inputs = this.#named(place, operator, fromOf(this.#entries[index])).map(([name, reference]) => {
      return { name, ...this.#take(place, id, reference) };
    });
    const ports = new Map((operator.outputs?.(options) ?? [MAIN]).map((port) => [port, '']));
    const isAlone = this.#entries.length === 1;
    this.#added.set(id, { place, ports, mayEnd: isAlone || (!operator.outputs && !operator.source) });
    this.#before = id;
    return inputs;
  }

  /** Once all are added: whatever leaves an operator by a port of its own has to go somewhere. */
  requireTaken(): void {
    for (const [id, { place, ports, mayEnd }] of this.#added) {
      const free = [...ports].find(([, taker]) => taker === '')?.[0];
      if (free === undefined || mayEnd) continue;
      throw badPlan(`${place}: nothing takes its output "${free}"; an entry after it needs ${exampleOf(id, free)}`);
    }
  }

  /** Input name to what is written in `from`. */
  #named(place: string, { source, inputs }: Operator, from: PlanSources | undefined): [string, string][] {
    if (source) {
      if (from === undefined) return [];
      throw badPlan(`${place} is a source, which takes no records: leave out "from"`);
    }
    if (typeof inputs === 'object') return this.#byName(place, inputs, from);
    if (typeof from === 'object' && !isList(from)) {
      throw badPlan(`${place}: its inputs have no names; expected "from": ["ID", …], got ${JSON.stringify(from)}`);
    }
    const references = from === undefined ? [this.#before] : [from].flat();
    if (inputs === 'any' && references.length > 0) return references.map((each, index) => [String(index), each]);
    if (references.length === 1) return [[MAIN, references[0]!]];
    throw badPlan(
      references.length === 0
        ? `${place}: "from" is empty; name the entry that its records come from, or leave "from" out to take those of the one before`
        : `${place} takes one input, got ${references.length}: put a "merge" before it`,
    );
  }

  #byName(place: string, names: readonly string[], from: PlanSources | undefined): [string, string][] {
    const expected = `"from": { ${names.map((name) => `"${name}": "ID"`).join(', ')} }`;
    if (typeof from !== 'object' || isList(from)) {
      throw badPlan(
        `${place} has ${names.length} inputs; expected ${expected}, got ${JSON.stringify(from) ?? 'no "from"'}`,
      );
    }
    const unknown = Object.keys(from).find((name) => !names.includes(name));
    if (unknown !== undefined) throw badPlan(`${place} has no input "${unknown}"${suggestion(unknown, names)}`);
    return names.map((name) => {
      const reference = from[name];
      if (reference !== undefined) return [name, reference];
      throw badPlan(`${place}: nothing comes in at "${name}"; expected ${expected}`);
    });
  }

  #take(place: string, taker: string, reference: string): Omit<PlanInput, 'name'> {
    const id = this.#producer(reference);
    const added = this.#added.get(id);
    if (!added) throw badPlan(`${place}: ${this.#unknown(id)}`);
    const port = reference === id ? MAIN : reference.slice(id.length + 1);
    const takenBy = added.ports.get(port);
    if (takenBy === undefined) {
      const ports = [...added.ports.keys()];
      throw badPlan(
        `${place}: "${id}" has no output "${port}"${suggestion(port, ports)}; write ${exampleOf(id, ports[0] ?? '')}`,
      );
    }
    if (takenBy !== '') {
      const both = takenBy === taker ? `"${taker}" takes it twice` : `"${takenBy}" takes it already`;
      throw badPlan(
        `${place}: "${reference}" can go to one place only, and ${both}; put a "broadcast" after it to copy its records`,
      );
    }
    added.ports.set(port, taker);
    return { from: id, port };
  }

  /** Ids may contain dots: the longest that fits is meant. */
  #producer(reference: string): string {
    if (this.#added.has(reference)) return reference;
    const fitting = [...this.#added.keys()].filter((id) => reference.startsWith(`${id}.`));
    const longest = fitting.sort((a, b) => b.length - a.length)[0];
    return longest ?? reference.replace(/\.[^.]*$/, '');
  }

  #unknown(id: string): string {
    const later = this.#entries.slice(this.#added.size).some((entry) => nameOf(entry) === id);
    if (later) return `"${id}" does not come before it; an entry stands after those that its records come from`;
    return `no entry before it is called "${id}"${suggestion(id, this.#added.keys())}`;
  }
}

function isList(from: PlanSources): from is readonly string[] {
  return Array.isArray(from);
}

function fromOf(entry: PlanEntry | undefined): PlanSources | undefined {
  return typeof entry === 'object' ? entry.from : undefined;
}

function nameOf(entry: PlanEntry): string {
  return typeof entry === 'string' ? entry : (entry.id ?? entry.operator);
}

function exampleOf(id: string, port: string): string {
  return `"from": ["${port === MAIN ? id : `${id}.${port}`}"]`;
}

function badPlan(message: string): TillstreamError {
  return new TillstreamError('bad_plan', message);
}
