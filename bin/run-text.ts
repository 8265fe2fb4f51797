import { relative } from 'node:path';
import type { Home } from '../jobs/home.ts';
import { FATES, type Ledger, type RunReport } from '../jobs/ingest/report.ts';
import { counted, duration, grouped, rate } from './figures.ts';
import { table } from './table.ts';

/** Did anything fail? A file that was named must also have been of some dataset. */
export function hasFailed({ status, files }: RunReport, named: boolean): boolean {
  return status !== 'done' || (named && files.some((file) => file.status === 'unmatched'));
}

/** What became of a run, for people. */
export function runText(report: RunReport, home: Home): string {
  const { files, unfinished, status, ledger } = report;
  const writing = unfinished.map((name) => `${name} is still being written; the next run takes it.\n`).join('');
  if (files.length === 0) return `${writing}Nothing to load: ${home.raw} holds no files that are whole.\n`;
  const parts = [`\n${headline(report)}\n`, writing, ledger.read > 0 ? `\n${ledgerText(ledger)}` : ''];
  if (ledger.dead_lettered > 0)
    parts.push(`\nRejected records, to be mended and dropped again: ${relative(home.dir, home.rejected)}\n`);
  if (status === 'aborted')
    parts.push('\nStopped. What was committed is kept: `tillstream ingest` goes on from there.\n');
  return parts.join('');
}

function headline({ run_id, files, ledger, duration_ms }: RunReport): string {
  const statuses = ['done', 'unchanged', 'unmatched', 'failed'] as const;
  const counts = statuses.map((status) => [status, files.filter((file) => file.status === status).length] as const);
  const said = counts.filter(([, count]) => count > 0).map(([status, count]) => `${grouped(count)} ${status}`);
  const time = `${duration(duration_ms)}${ledger.read > 0 ? `, ${rate(ledger.read, duration_ms)}` : ''}`;
  return `Run ${run_id}: ${counted(files.length, 'file')}: ${said.join(', ')} (${time})`;
}

/** The ledger as a table: what was read is the sum of what became of it. */
export function ledgerText(ledger: Ledger): string {
  const fates = FATES.filter((fate) => fate === 'read' || ledger[fate] !== 0 || Number(ledger.revenue[fate]) !== 0);
  const all = ledger.adjusted === undefined ? fates : [...fates, 'adjusted' as const];
  const rows = table(all, [
    { heading: 'Ledger', show: (fate) => fate.replace('_', '-') },
    { heading: 'Records', show: (fate) => grouped(ledger[fate] ?? 0), align: 'right' },
    { heading: 'Revenue', show: (fate) => grouped(ledger.revenue[fate] ?? '0'), align: 'right' },
  ]);
  return `${rows}${ledger.balanced ? 'The ledger balances.' : 'THE LEDGER DOES NOT BALANCE.'}\n`;
}
