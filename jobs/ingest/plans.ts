import { createHash } from 'node:crypto';
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
    const plan = makePlan(steps, this.#registry);
    const fingerprint = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
    return { plan, fingerprint, stageFrom: plan.findIndex(({ operator }) => operator === 'batch-insert') };
  }
}

/** Rejected records stand under the field's name: that it was renamed will not be seen in their values. */
function fieldOf(column: string, renames: PlannedFile['renames']): string {
  return Object.keys(renames).find((field) => renames[field] === column) ?? column;
}
