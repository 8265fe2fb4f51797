import type { Database } from 'better-sqlite3';
import type { FileRecord } from '../db/files.ts';
import { fileMetrics, fileTimeline, runReport } from '../db/runs.ts';
import { bottleneck, type MetricsSample, type OperatorMetrics } from '../engine/metrics.ts';
import { ledgerLines, ledgerOf } from './ledgers.ts';
import { addUp, figuresOf, operatorPoints, sourceProgress } from './operator-figures.ts';
import { fileSummary, runSummary } from './run-summaries.ts';
import type { TimelinePoint } from './schemas/operator-point.ts';
import type { RunDetail } from './schemas/runs.ts';

const POINTS = 240;

/** All there is about a run; undefined if there is none of that number. */
export function runDetail(db: Database, runId: number): RunDetail | undefined {
  const report = runReport(db, runId);
  if (!report) return undefined;
  const { run, ledger, totals, drift } = report;
  const files = [...report.files].sort((a, b) => a.file_id - b.file_id);
  const operators = addUp(files.map((file) => metricsOf(db, file)));
  const names = new Map(files.map(({ file_id, name }) => [file_id, name]));
  return {
    ...runSummary(db, run),
    detail: run.detail,
    ledger: ledgerOf(totals),
    ledger_lines: ledgerLines(ledger),
    operators: operators.map(figuresOf),
    bottleneck: bottleneck({ elapsedMs: 0, operators }),
    file_list: files.map((file) => fileSummary(db, file)),
    drift: drift.map((finding) => ({ ...finding, file: names.get(finding.file_id) ?? '' })),
    timeline: timelineOf(db, run.started_at, files),
  };
}

function metricsOf(db: Database, { file_id }: FileRecord): OperatorMetrics[] {
  return fileMetrics(db, file_id).map(({ metrics }) => metrics as OperatorMetrics);
}

/** The files' timelines, one after the other on the run's own clock. Of many files each gives a few points. */
function timelineOf(db: Database, startedAt: number, files: readonly FileRecord[]): TimelinePoint[] {
  const each = Math.max(1, Math.floor(POINTS / Math.max(1, files.length)));
  const points: TimelinePoint[] = [];
  let [bytes, records] = [0, 0];
  for (const { file_id, name, opened_at, size_bytes } of thinned(files, POINTS)) {
    const samples = (fileTimeline(db, file_id) ?? []) as MetricsSample[];
    const shown = thinned(samples, each);
    shown.forEach((sample, index) => {
      const progress = sourceProgress(sample);
      points.push({
        ...{ elapsed_ms: Math.round(opened_at - startedAt + sample.elapsedMs), file: name },
        ...{ bytes: bytes + progress.bytes, records: records + progress.records },
        operators: operatorPoints(sample, shown[index - 1]),
      });
    });
    const last = samples.at(-1);
    bytes += size_bytes;
    records += last ? sourceProgress(last).records : 0;
  }
  return points;
}

/** At most so many of the items, evenly spread, the last one among them. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.round(((index + 1) * items.length) / most) - 1]!);
}
