import type { Database } from 'better-sqlite3';
import type { FileRecord } from '../../db/files.ts';
import { ledgerOfFile } from '../../db/ledger.ts';
import { fileMetrics, listRuns, type RunReport, runReport } from '../../db/runs.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { bottleneck, type OperatorMetrics, shares } from '../../engine/metrics.ts';
import { type Ledger, ledgerOf } from '../../jobs/ingest/report.ts';
import type { Command } from '../command.ts';
import { counted, duration, grouped, moment } from '../figures.ts';
import { withWarehouse } from '../read-warehouse.ts';
import { ledgerText } from '../run-text.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List what was run, or show one run with its files, ledger and operators.',
  positionals: '[ID]',
  mostPositionals: 1,
  options: [{ name: 'limit', value: 'N', description: 'at most so many, the latest first (default 20)' }],
  examples: [
    { line: 'runs', does: 'the latest runs' },
    { line: 'runs 1', does: 'the first run: every file and what became of its records' },
  ],
  run(call) {
    const [id] = call.positionals;
    if (id !== undefined && !/^[1-9]\d*$/.test(id))
      throw new UsageError(`runs: expected the number of a run, got "${id}"`, 'runs');
    const limit = call.options.whole('limit', 1) ?? 20;
    return withWarehouse(call, (db) => {
      if (id !== undefined) return showRun(db, Number(id));
      const runs = listRuns(db, { limit }).map(({ run_id }) => summaryOf(runReport(db, run_id)!)); // They were listed just now.
      return { document: { items: runs }, text: runs.length === 0 ? 'Nothing was run yet.\n' : runsText(runs) };
    });
  },
};

function showRun(db: Database, id: number) {
  const report = runReport(db, id);
  if (!report)
    throw new TillstreamError('no_such_run', `there is no run ${id}; \`tillstream runs\` lists those there are`);
  const files = report.files.map((file) => fileSummary(db, file)).reverse();
  const operators = report.files.map(({ file_id, name }) => ({ file: name, ...operatorsOf(db, file_id) })).reverse();
  const document = {
    ...summaryOf(report),
    detail: report.run.detail,
    ...{ ledger_lines: report.ledger, file_list: files, operators, drift: report.drift },
  };
  return { document, text: runDetailText(document) };
}

type RunSummary = ReturnType<typeof summaryOf>;

function summaryOf({ run, ledger }: RunReport) {
  const { run_id, trigger, status, started_at, ended_at, files, error_code, error_message } = run;
  return {
    ...{
      run_id,
      trigger,
      status,
      started_at: moment(started_at),
      ended_at: ended_at === null ? null : moment(ended_at),
    },
    duration_ms: ended_at === null ? null : ended_at - started_at,
    files,
    ledger: ledgerOf(ledger),
    error: error_code === null ? null : { code: error_code, message: error_message ?? '' },
  };
}

type FileSummary = ReturnType<typeof fileSummary>;

function fileSummary(db: Database, file: FileRecord) {
  const { file_id, name, dataset, status, size_bytes, error_code, error_message } = file;
  const ledger: Ledger = ledgerOf(ledgerOfFile(db, file_id));
  const error = error_code === null ? null : { code: error_code, message: error_message ?? '' };
  return { file_id, name, dataset, status, size_bytes, ...ledger, error };
}

function operatorsOf(db: Database, fileId: number) {
  const operators = fileMetrics(db, fileId).map(({ metrics }) => metrics as OperatorMetrics);
  return { operators, bottleneck: bottleneck({ elapsedMs: 0, operators }) };
}

function runsText(runs: readonly RunSummary[]): string {
  return table(runs, [
    { heading: 'Run', show: ({ run_id }) => String(run_id), align: 'right' },
    { heading: 'Began', show: ({ started_at }) => started_at.slice(0, 19).replace('T', ' ') },
    { heading: 'By', show: ({ trigger }) => trigger },
    { heading: 'Status', show: ({ status }) => status },
    { heading: 'Files', show: ({ files }) => grouped(files), align: 'right' },
    { heading: 'Read', show: ({ ledger }) => grouped(ledger.read), align: 'right' },
    { heading: 'Inserted', show: ({ ledger }) => grouped(ledger.inserted), align: 'right' },
    { heading: 'Rejected', show: ({ ledger }) => grouped(ledger.dead_lettered), align: 'right' },
    { heading: 'Revenue', show: ({ ledger }) => grouped(ledger.revenue.inserted), align: 'right' },
    { heading: 'Took', show: ({ duration_ms }) => (duration_ms === null ? '' : duration(duration_ms)), align: 'right' },
  ]);
}

interface Measured {
  readonly file: string;
  readonly operators: readonly OperatorMetrics[];
  readonly bottleneck: string;
}

function runDetailText(
  run: RunSummary & { readonly file_list: readonly FileSummary[]; readonly operators: readonly Measured[] },
): string {
  const { run_id, trigger, status, started_at, file_list, ledger, error } = run;
  const took = run.duration_ms === null ? '' : `, took ${duration(run.duration_ms)}`;
  const parts = [`Run ${run_id} (${trigger}): ${status}, began ${started_at}${took}, ${counted(run.files, 'file')}\n`];
  if (error) parts.push(`${error.message}\n`);
  if (file_list.length > 0) parts.push(filesText(file_list));
  parts.push(ledgerText(ledger));
  const longest = [...run.operators].sort((a, b) => busyMs(b) - busyMs(a))[0];
  if (longest && longest.operators.length > 0) parts.push(operatorsText(longest));
  return parts.join('\n');
}

function filesText(files: readonly FileSummary[]): string {
  return table(files, [
    { heading: 'File', show: ({ name }) => name },
    { heading: 'Dataset', show: ({ dataset }) => dataset },
    { heading: 'Status', show: ({ status }) => status },
    { heading: 'Read', show: ({ read }) => grouped(read), align: 'right' },
    { heading: 'Inserted', show: ({ inserted }) => grouped(inserted), align: 'right' },
    { heading: 'Rejected', show: ({ dead_lettered }) => grouped(dead_lettered), align: 'right' },
    { heading: 'Revenue', show: ({ revenue }) => grouped(revenue.inserted), align: 'right' },
    { heading: 'Error', show: ({ error }) => error?.message ?? '' },
  ]);
}

function busyMs({ operators }: Measured): number {
  return operators.reduce((sum, each) => sum + each.busyMs, 0);
}

function operatorsText({ file, operators, bottleneck: sentence }: Measured): string {
  const rows = table(operators, [
    { heading: `Operators of ${file}`, show: ({ id }) => id },
    { heading: 'In', show: ({ counts }) => grouped(counts.in.records), align: 'right' },
    { heading: 'Out', show: ({ counts }) => grouped(counts.out.records), align: 'right' },
    { heading: 'Busy', show: (each) => `${Math.round(shares(each).busy / 10)} %`, align: 'right' },
    { heading: 'Waiting for records', show: (each) => `${Math.round(shares(each).idle / 10)} %`, align: 'right' },
    { heading: 'Waiting for room', show: (each) => `${Math.round(shares(each).backpressured / 10)} %`, align: 'right' },
  ]);
  return `${rows}${sentence && `${sentence}.\n`}`;
}
