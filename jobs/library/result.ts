import { TillstreamError } from '../../engine/errors.ts';
import { ledgerEntries, ledgerTotals, type Outcome } from '../../engine/ledger.ts';
import type { OperatorCounts } from '../../engine/operator.ts';
import type { Plan } from '../../engine/plan.ts';
import type { RunResult } from '../../engine/run.ts';

/** What became of the records that a pipeline has read. */
export interface PipelineResult {
  /** `resumed`: it went on where an earlier run was cut off; `unchanged`: all of it was there, and nothing was done. */
  readonly status: 'done' | 'resumed' | 'unchanged';
  /** Numbers of records from the very beginning, runs that were cut off included; `read` and `adjusted` make all the others. */
  readonly ledger: Readonly<Record<Outcome | 'read' | 'adjusted', number>>;
  /** Records left out and rejected, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** By operator: records that went in and came out. */
  readonly operators: readonly { readonly id: string; readonly in: number; readonly out: number }[];
  /** Which operator set the pace, in a sentence; empty where nothing was done. */
  readonly bottleneck: string;
  readonly durationMs: number;
}

/** Throws `unbalanced` where records have got lost on the way, which is nobody's fault but Tillstream's. */
export function resultOf(
  status: PipelineResult['status'],
  plan: Plan,
  counts: Readonly<Record<string, OperatorCounts>>,
  ran: RunResult | null,
): PipelineResult {
  const inOrder = Object.fromEntries(plan.flatMap(({ id }) => (counts[id] ? [[id, counts[id]]] : [])));
  const entries = ledgerEntries(inOrder);
  const { read, adjusted, outcomes, balanced } = ledgerTotals(entries);
  const ledger = Object.fromEntries(
    Object.entries({ read, adjusted, ...outcomes }).map(([name, { records }]) => [name, records]),
  );
  if (!balanced) throw new TillstreamError('unbalanced', `the ledger does not balance: ${JSON.stringify(ledger)}`);
  const reasons: Record<string, number> = {};
  for (const { reason, records } of entries) if (reason !== '') reasons[reason] = (reasons[reason] ?? 0) + records;
  return {
    status,
    ledger: ledger as PipelineResult['ledger'],
    reasons,
    operators: Object.entries(inOrder).map(([id, of]) => ({ id, in: of.in.records, out: of.out.records })),
    bottleneck: ran?.bottleneck ?? '',
    durationMs: Math.round(ran?.metrics.elapsedMs ?? 0),
  };
}
