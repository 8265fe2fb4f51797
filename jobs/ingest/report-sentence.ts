import type { RunReport } from './report.ts';

const NUMBER = new Intl.NumberFormat('en-US');

/** What came of a run, in a sentence or two. */
export function reportSentence({ run_id, status, files, ledger, error }: RunReport): string {
  if (error) return `run ${run_id ?? ''} failed: ${error.message}`;
  if (status === 'aborted') return `run ${run_id ?? ''} was stopped; the next one goes on from there`;
  if (files.length === 0) return 'nothing to load';
  const amount = Number(ledger.revenue.inserted) + Number(ledger.revenue.updated);
  const counts = [
    counted(files.length, 'file'),
    `${counted(ledger.read, 'record')} read`,
    `${NUMBER.format(ledger.inserted)} inserted`,
    ...(ledger.updated > 0 ? [`${NUMBER.format(ledger.updated)} updated`] : []),
    ...(ledger.dead_lettered > 0 ? [`${NUMBER.format(ledger.dead_lettered)} rejected`] : []),
    `revenue ${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
  ];
  return `run ${run_id}: ${counts.join(', ')}${trouble(files)}${ledger.balanced ? '' : '; THE LEDGER DOES NOT BALANCE'}`;
}

function trouble(files: RunReport['files']): string {
  const bad = files.filter(({ status }) => status === 'failed' || status === 'unmatched');
  const first = bad[0];
  if (!first) return '';
  const others = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
  return `; ${first.name} ${first.status === 'failed' ? 'failed' : 'is of no dataset'}${others}: ${first.error?.message ?? ''}`;
}

function counted(count: number, one: string): string {
  return `${NUMBER.format(count)} ${one}${count === 1 ? '' : 's'}`;
}
