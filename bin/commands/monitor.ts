import { checkAndAlert } from '../../jobs/check-figures.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import type { MonitorReport } from '../../jobs/monitor.ts';
import { checksTable } from '../checks-table.ts';
import type { Command } from '../command.ts';
import { counted } from '../figures.ts';
import { homeOf } from '../home-option.ts';
import { table } from '../table.ts';

export const monitorCommand: Command = {
  name: 'monitor',
  summary: 'Check the figures of the last completed day, the files and the house.',
  description:
    'Compares each store, category and the whole shop with what was to be expected of them, and says what is unlike it. ' +
    'What it finds is kept and makes alerts, as when it runs by itself. Exit code 1 if a critical check fails. docs/monitoring.md says what is checked.',
  options: [{ name: 'all', description: 'show what passes and what is still learning as well' }],
  examples: [
    { line: 'monitor', does: 'what is unusual, and how many checks pass' },
    { line: 'monitor --json', does: 'every check with its figures and evidence, for programs' },
  ],
  async run(call) {
    const home = await homeOf(call);
    const { terminal, options } = call;
    const report = await checkAndAlert({ home, signal: terminal.signal });
    const grave = report.results.some(({ verdict, severity }) => verdict === 'failing' && severity === 'critical');
    return { document: report, text: reportText(report, options.flag('all')), exitCode: grave ? 1 : 0 };
  },
};

function reportText({ message, results }: MonitorReport, all: boolean): string {
  const of = (which: (result: CheckResult) => boolean) => results.filter(which);
  const roots = of(({ verdict, cause }) => verdict === 'failing' && cause === undefined);
  const explained = of(({ verdict, cause }) => verdict === 'failing' && cause !== undefined);
  const parts = [roots.length > 0 ? checksTable(roots) : ''];
  if (explained.length > 0)
    parts.push(
      `${counted(explained.length, 'more check')} ${explained.length === 1 ? 'fails' : 'fail'} because of these.\n`,
    );
  parts.push(all ? checksTable(of(({ verdict }) => verdict !== 'failing')) : passedTable(results));
  return `${parts.filter((part) => part !== '').join('\n')}\n${message.charAt(0).toUpperCase()}${message.slice(1)}.\n`;
}

function passedTable(results: readonly CheckResult[]): string {
  const rows = [...Map.groupBy(results, ({ check }) => check)];
  if (rows.length === 0) return '';
  const count = (of: readonly CheckResult[], which: CheckResult['verdict']) =>
    String(of.filter(({ verdict }) => verdict === which).length);
  return table(rows, [
    { heading: 'Check', show: ([check]) => check },
    { heading: 'Passing', show: ([, of]) => count(of, 'ok'), align: 'right' },
    { heading: 'Learning', show: ([, of]) => count(of, 'learning'), align: 'right' },
    { heading: 'Failing', show: ([, of]) => count(of, 'failing'), align: 'right' },
  ]);
}
