import { handled } from '../engine/ledger.ts';
import { type MetricsSample, type OperatorMetrics, shares } from '../engine/metrics.ts';
import type { Tally } from '../engine/operator.ts';
import { addCounts, emptyCounts, sumOf } from '../engine/tally.ts';
import type { OperatorFigures } from './schemas/ledger.ts';
import type { OperatorPoint } from './schemas/operator-point.ts';

/** What an operator did, in the words of REST and live. */
export function figuresOf(metrics: OperatorMetrics): OperatorFigures {
  const { id, counts, batches, bytes, busyMs, idleMs, backpressuredMs, batchLatencyMs, watermark } = metrics;
  return {
    id,
    inputs: [...(metrics.inputs ?? [])],
    records_in: counts.in.records,
    records_out: counts.out.records,
    filtered: sumOf(counts.filtered).records,
    dead_lettered: sumOf(counts.deadLettered).records,
    late: counts.late.records,
    filtered_by: recordsOf(counts.filtered),
    dead_lettered_by: recordsOf(counts.deadLettered),
    written: recordsOf(counts.written),
    ...{ batches, bytes, busy_ms: busyMs, idle_ms: idleMs, backpressured_ms: backpressuredMs },
    ...{ batch_latency_ms: batchLatencyMs, watermark },
  };
}

function recordsOf(tallies: Readonly<Record<string, Tally>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tallies).map(([name, { records }]) => [name, records]));
}

/** An operator between two samples that are `ms` apart. */
export function operatorPoint(now: OperatorMetrics, before: OperatorMetrics | undefined, ms: number): OperatorPoint {
  const perSecond = (after: number, earlier = 0) =>
    ms > 0 ? Math.max(0, Math.round(((after - earlier) / ms) * 1000)) : 0;
  return {
    id: now.id,
    in_per_second: perSecond(now.counts.in.records, before?.counts.in.records),
    out_per_second: perSecond(sentBy(now), before && sentBy(before)),
    ...shares(now, before),
    queue_depth: now.queueDepth,
    dead_lettered: sumOf(now.counts.deadLettered).records,
    filtered: sumOf(now.counts.filtered).records,
  };
}

/** A sink sends its records to where they are kept. */
function sentBy({ counts }: OperatorMetrics): number {
  return counts.out.records + sumOf(counts.written).records;
}

export function operatorPoints(now: MetricsSample, before: MetricsSample | undefined): OperatorPoint[] {
  const ms = now.elapsedMs - (before?.elapsedMs ?? 0);
  return now.operators.map((operator, index) => operatorPoint(operator, before?.operators[index], ms));
}

/** Records and bytes that the source of a plan has read. */
export function sourceProgress({ operators }: MetricsSample): { records: number; bytes: number } {
  const source = operators[0];
  return { records: source ? handled(source.counts).records : 0, bytes: source?.bytes ?? 0 };
}

/** The same operator's metrics over several files, added up; by id, in the order in which they come. */
export function addUp(files: Iterable<readonly OperatorMetrics[]>): OperatorMetrics[] {
  const sums = new Map<string, OperatorMetrics>();
  for (const operators of files) {
    for (const metrics of operators) sums.set(metrics.id, added(sums.get(metrics.id), metrics));
  }
  return [...sums.values()];
}

function added(to: OperatorMetrics | undefined, metrics: OperatorMetrics): OperatorMetrics {
  if (!to) return structuredClone(metrics);
  const counts = emptyCounts();
  addCounts(counts, to.counts);
  addCounts(counts, metrics.counts);
  const batches = to.batches + metrics.batches;
  const latency = to.batchLatencyMs * to.batches + metrics.batchLatencyMs * metrics.batches;
  return {
    id: to.id,
    ...(metrics.inputs && { inputs: metrics.inputs }),
    counts,
    batches,
    bytes: to.bytes + metrics.bytes,
    busyMs: to.busyMs + metrics.busyMs,
    idleMs: to.idleMs + metrics.idleMs,
    backpressuredMs: to.backpressuredMs + metrics.backpressuredMs,
    queueDepth: 0,
    batchLatencyMs: batches === 0 ? 0 : latency / batches,
    watermark: metrics.watermark ?? to.watermark,
  };
}
