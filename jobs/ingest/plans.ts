import { createHash } from 'node:crypto';
import { TillstreamError } from '../../engine/errors.ts';
import { makePlan, type Plan, type Registry } from '../../engine/plan.ts';
import type { Config, Dataset } from '../../operators/dataset/config.ts';
import { compilePlan } from '../../operators/dataset/plan.ts';
import type { Home } from '../home.ts';

export interface FilePlan {
  readonly plan: Plan;
  /** Index of the first operator that runs on the writer's thread. */
  readonly stageFrom: number;
  /** Changes whenever the plan or its options do, whichever file it is for. */
  readonly fingerprint: string;
}

/** What a plan has to know of the very file that it is for. */
export interface PlannedFile {
  readonly path: string;
  /** Names of its columns; null where it has no header. */
  readonly columns: readonly string[] | null;
  /** Field name to column, where drift has found a field renamed. */
  readonly renames: Readonly<Record<string, string>>;
}

/** Plans of files, made once for all files of a dataset that are read alike. */
export class Plans {
  readonly #home: Home;
  readonly #config: Config;
  readonly #registry: Registry;
  readonly #made = new Map<string, FilePlan>();

  constructor(home: Home, config: Config, registry: Registry) {
    this.#home = home;
    this.#config = config;
    this.#registry = registry;
  }

  /** Throws what {@link makePlan} throws. */
  planFor(dataset: Dataset, { path, columns, renames }: PlannedFile): FilePlan {
    const key = JSON.stringify([dataset.name, columns, renames]);
    const made = this.#made.get(key) ?? this.#make(dataset, columns, renames);
    this.#made.set(key, made);
    const [source, ...rest] = made.plan;
    return { ...made, plan: [{ ...source!, options: { ...source!.options, path } }, ...rest] };
  }

  #make(dataset: Dataset, columns: PlannedFile['columns'], renames: PlannedFile['renames']): FilePlan {
    const { dir } = this.#home;
    const { checkpointBytes } = this.#config;
    const header = columns?.map((column) => fieldOf(column, renames));
    const steps = compilePlan(dataset, { home: dir, checkpointBytes, renames, ...(header && { header }) });
    const { plan, stageFrom } = sinkLast(makePlan(steps, this.#registry));
    const fingerprint = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
    return { plan, fingerprint, stageFrom };
  }
}

const SINK = 'batch-insert';

/**
 * What runs on the writer's thread, the sink and what it passes records on to, stands last in the list; other branches don't mind.
 * Throws `bad_plan` where there are several sinks.
 */
export function sinkLast(plan: Plan): { plan: Plan; stageFrom: number } {
  const sinks = plan.filter(({ operator }) => operator === SINK).map(({ id }) => id);
  if (sinks.length > 1) {
    const message = `a plan has one "${SINK}", got ${sinks.join(' and ')}: bring the branches together with "merge" before it`;
    throw new TillstreamError('bad_plan', message);
  }
  if (sinks.length === 0) return { plan, stageFrom: -1 };
  const there = new Set(sinks);
  for (const { id, inputs } of plan) if (inputs.some(({ from }) => there.has(from))) there.add(id);
  const here = plan.filter(({ id }) => !there.has(id));
  return { plan: [...here, ...plan.filter(({ id }) => there.has(id))], stageFrom: here.length };
}

/** Rejected records stand under the field's name: that it was renamed will not be seen in their values. */
function fieldOf(column: string, renames: PlannedFile['renames']): string {
  return Object.keys(renames).find((field) => renames[field] === column) ?? column;
}
