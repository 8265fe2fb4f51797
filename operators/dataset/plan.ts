import { resolve } from 'node:path';
import { MAIN } from '../../engine/batch.ts';
import type { PlanSources } from '../../engine/plan.ts';
import type { Dataset } from './config.ts';
import type { Step } from './schema.ts';

/** One operator of a plan with its options, ready for the engine to check and fill. */
export interface PlannedStep {
  readonly operator: string;
  readonly id?: string;
  readonly options: Record<string, unknown>;
  /** Where its records come from; the step before unless given. */
  readonly from?: PlanSources;
}

/** What a plan is compiled for. */
export interface PlanTarget {
  /** Folder that the configuration's paths are relative to. */
  readonly home: string;
  /** Bytes of the file between two commits. */
  readonly checkpointBytes: number;
  /** The file's own columns, for the file of its rejected rows; the dataset's fields where they are not known. */
  readonly header?: readonly string[];
  /** Field name to the name of the column that holds it in this file, where drift has found it renamed. */
  readonly renames?: Readonly<Record<string, string>>;
}

/** What a dataset's records go through unless it says otherwise. */
export const USUAL_PLAN: readonly string[] = [
  'csv-source',
  'validate',
  'enrich',
  'aggregate',
  'dead-letter',
  'batch-insert',
];

type Options = Record<string, unknown>;

/** Parts of a dialect that say how a record is written. */
const WRITING_PARTS = new Set([
  'delimiter',
  'quoteChar',
  'doubleQuote',
  'escapeChar',
  'relaxQuotes',
  'skipInitialSpace',
]);

/** What of the records is written to `data/processed`, by the port that carries it. */
const OUTPUT_PORTS = { enriched: MAIN, aggregated: 'aggregate' } as const;

/** Operator to the options that follow from the dataset; what a plan says itself goes before these. */
const DERIVED: Readonly<Record<string, (dataset: Dataset, target: PlanTarget) => Options>> = {
  'csv-source': ({ dialect, fields }, { checkpointBytes }) => ({
    checkpointBytes,
    ...dialect,
    ...(!dialect.header && { fields: fields.map(({ name }) => name) }),
  }),
  validate: ({ fields, missingValues, map, defaults, contract }, { renames = {} }) => ({
    fields: fields.map((field) => {
      const column = renames[field.name];
      return column === undefined ? field : { ...field, aliases: [...(field.aliases ?? []), column] };
    }),
    missingValues,
    map,
    defaults,
    contract,
  }),
  enrich: ({ catalogue, stores }, { home }) => ({
    ...(catalogue !== undefined && { catalogue: resolve(home, catalogue) }),
    ...(stores !== undefined && { stores: resolve(home, stores) }),
  }),
  'dead-letter': ({ dialect, fields }, { header }) => ({
    columns: header ?? fields.map(({ name }) => name),
    ...Object.fromEntries(Object.entries(dialect).filter(([part]) => WRITING_PARTS.has(part))),
  }),
  'batch-insert': ({ name, disposition, primaryKey }) => ({ dataset: name, disposition, primaryKey }),
};

const FILE_SOURCES = new Set(['csv-source', 'jsonl-source']);

/**
 * The operators that the dataset's files go through, in order, as plain JSON; which file is the split's to say. The dataset's own plan or the usual
 * one; options that a plan gives stand, the others follow from the dataset.
 */
export function compilePlan(dataset: Dataset, target: PlanTarget): PlannedStep[] {
  const steps = dataset.operators ?? usualPlan(dataset);
  return steps.map((step, index) => {
    const { operator, id, options, from } = typeof step === 'string' ? { operator: step } : step;
    const isFurther = index > 0 && FILE_SOURCES.has(operator);
    const all = isFurther ? ownFile(options, target) : { ...DERIVED[operator]?.(dataset, target), ...options };
    return structuredClone({
      operator,
      ...(id !== undefined && { id }),
      options: all,
      ...(from !== undefined && { from }),
    });
  });
}

/** A source beside the first reads a file of its own, of which the dataset says nothing. */
function ownFile(options: Options = {}, { home }: PlanTarget): Options {
  return { ...options, ...(typeof options.path === 'string' && { path: resolve(home, options.path) }) };
}

/** Names of the operators that the dataset's files go through. */
export function operatorsOf(dataset: Dataset): string[] {
  return (dataset.operators ?? usualPlan(dataset)).map((step) => (typeof step === 'string' ? step : step.operator));
}

/** The usual plan, with the outputs that the dataset asks for just before the sink. */
function usualPlan({ outputs }: Dataset): Step[] {
  const sinks = outputs.map((id): Step => ({ operator: 'csv-sink', id, options: { port: OUTPUT_PORTS[id] } }));
  const before = USUAL_PLAN.slice(0, -1);
  return [...before, ...sinks, ...USUAL_PLAN.slice(-1)];
}
