import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { RunProgress } from '../../db/tables/checkpoints.ts';
import type { OperatorCounts } from '../../engine/operator.ts';
import { makePlan, type Plan } from '../../engine/plan.ts';
import { run } from '../../engine/run.ts';
import type { Services } from '../../engine/services.ts';
import { addCounts, emptyCounts } from '../../engine/tally.ts';
import type { Folders } from '../../operators/csv-output/folders.ts';
import { loadRegistry } from '../../operators/registry.ts';
import type { Tables } from '../../operators/sqlite-sink/tables.ts';
import { contentHash } from '../ingest/content-hash.ts';
import type { Draft } from './draft.ts';
import { type PipelineResult, resultOf } from './result.ts';

export type { PipelineResult } from './result.ts';

export interface RunOptions {
  /** Stops the run within a batch. */
  readonly signal?: AbortSignal;
  /** A field of numbers whose sum the ledger keeps besides the number of records, such as money. */
  readonly measure?: string;
  /** Told some times a second how far it is: records read so far. */
  readonly onProgress?: (records: number) => void;
}

type Counts = Record<string, OperatorCounts>;

/** Runs the plan of a draft; see `Pipeline.run`. */
export async function runDraft(draft: Draft, options: RunOptions): Promise<PipelineResult> {
  const { signal = new AbortController().signal, measure = '' } = options;
  const { entries, operators } = withMeasure(draft, measure);
  const registry = new Map([...(await loadRegistry(entries.map(({ operator }) => operator))), ...operators]);
  const plan = makePlan(entries, registry);
  // Opening databases is for those who write to one: the binding takes its time to load.
  const { RunTables } = await import('../../db/tables/run-tables.ts');
  const identity = identityOf(plan);
  const tables = new RunTables(draft.databases, { pipeline: identity, file: draft.input });
  const scratch = scratchFor(draft, identity);
  try {
    const progress = await progressFor(draft, tables, signal);
    const counts: Counts = structuredClone(progress?.counts ?? {}) as Counts;
    if (progress?.position.last) return resultOf('unchanged', plan, counts, null);
    const ran = await run({
      ...{ plan, registry, signal, measure, services: await servicesWith(tables, scratch) },
      split: { fileId: 0, file: draft.input, part: 0 },
      ...(progress && {
        resume: { number: progress.number, source: progress.position.state, states: progress.states },
      }),
      onCommitted: (checkpoint) => addAll(counts, checkpoint.counts),
      onSample: ({ operators: [first] }) => options.onProgress?.(first?.counts.out.records ?? 0),
    });
    if (scratch !== null) await rm(scratch, { recursive: true, force: true });
    return resultOf(progress ? 'resumed' : 'done', plan, counts, ran);
  } finally {
    tables.close();
  }
}

/** What a run writes down for itself stands beside the database that has its checkpoints, as one goes on only with the other. */
function scratchFor({ databases }: Draft, identity: string): string | null {
  const [first] = databases;
  return first === undefined ? null : `${first}-scratch-${identity}`;
}

/** What operators of the catalogue may ask for; paths are those of the program. */
async function servicesWith(tables: Tables, scratch: string | null): Promise<Services> {
  const { lookupQueries } = await import('../../db/lookup-queries.ts');
  const here = process.cwd();
  const folders: Folders = { home: here, processed: here, rejected: here, scratch };
  return { tables, sql: lookupQueries, folders };
}

/** The sinks keep the same ledger as the run. */
function withMeasure({ entries, operators }: Draft, measure: string): Pick<Draft, 'entries' | 'operators'> {
  const measured = entries.map((entry) =>
    entry.operator === 'sqlite-sink' ? { ...entry, options: { ...entry.options, measure } } : entry,
  );
  return { entries: measured, operators };
}

/** The same operators with the same options and functions over the same input are the same pipeline. */
function identityOf(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 32);
}

interface Resumable {
  readonly progress: RunProgress | null;
  startOver(): void;
}

/** Where an earlier run got to; null, and forgotten, where its input was another or nobody can say whether it was. */
async function progressFor(
  { input, isRepeatable }: Draft,
  tables: Resumable,
  signal: AbortSignal,
): Promise<RunProgress | null> {
  const { progress } = tables;
  if (!progress) return null;
  if (isRepeatable && (!progress.position.last || (await isLoaded(input, progress, signal)))) return progress;
  tables.startOver();
  return null;
}

async function isLoaded(input: string, { position }: RunProgress, signal: AbortSignal): Promise<boolean> {
  const { sha256 } = (position.state ?? {}) as { sha256?: string };
  return sha256 !== undefined && sha256 === (await contentHash(input, signal));
}

function addAll(to: Counts, from: Readonly<Counts>): void {
  for (const [id, counts] of Object.entries(from)) {
    to[id] ??= emptyCounts();
    addCounts(to[id], counts);
  }
}
