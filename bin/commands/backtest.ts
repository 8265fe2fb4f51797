import { type Backtest, backtest } from '../../jobs/monitor/backtest.ts';
import { checksTable } from '../checks-table.ts';
import type { Command } from '../command.ts';
import { counted } from '../figures.ts';
import { homeOf } from '../home-option.ts';

export const backtestCommand: Command = {
  name: 'backtest',
  summary: 'Replay the past day by day and say what the checks would have said.',
  description:
    'Each day is judged by the days before it alone. The calendar of schema_config.json and what was marked as expected count as they ' +
    'are now, so that a change to them can be tried. Nothing is kept.',
  options: [
    { name: 'from', value: 'DAY', description: 'first day to judge, YYYY-MM-DD (default: the first there is)' },
    { name: 'to', value: 'DAY', description: 'last day to judge (default: the last there is)' },
    { name: 'info', description: 'show what is only worth knowing as well' },
  ],
  examples: [
    { line: 'backtest', does: 'every alarm there would have been' },
    { line: 'backtest --from 2025-11-01 --to 2025-12-31 --json', does: 'those of two months, for programs' },
  ],
  async run(call) {
    const { options, terminal } = call;
    const home = await homeOf(call);
    const found = await backtest({ home, from: options.day('from'), to: options.day('to'), signal: terminal.signal });
    return { document: found, text: backtestText(found, options.flag('info')) };
  },
};

function backtestText({ from, to, days, alarms, explained }: Backtest, withInfo: boolean): string {
  if (from === null) return 'There are no sales yet.\n';
  const told = alarms.filter(({ severity }) => withInfo || severity !== 'info');
  const hidden = alarms.length - told.length;
  const parts = [told.length > 0 ? checksTable(told) : ''];
  const which = `${from} to ${to}, ${counted(days, 'day')}: ${counted(told.length, 'alarm')}`;
  const more = hidden > 0 ? `, ${counted(hidden, 'thing')} worth knowing (--info)` : '';
  return `${parts.join('')}${which}${more}; ${counted(explained, 'more check')} would have pointed to them.\n`;
}
