import { countDeadLetters, type DeadLetter, listDeadLetters, type ReasonCount } from '../../db/dead-letters.ts';
import { formatDecimal, MONEY_SCALE } from '../../engine/decimal.ts';
import type { Command } from '../command.ts';
import { counted, grouped, money } from '../figures.ts';
import { withWarehouse } from '../read-warehouse.ts';
import { table } from '../table.ts';

const MOST = 50;

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  summary: 'List records that were rejected, and why.',
  description:
    'The same records lie in data/rejected as CSVs in the columns of their files: mend them there and drop them into the inbox again.',
  options: [
    { name: 'run', value: 'ID', description: 'only those of this run' },
    { name: 'reason', value: 'CODE', description: 'only those with this reason, such as not_a_number' },
    { name: 'limit', value: 'N', description: `at most so many (default ${MOST})` },
  ],
  examples: [
    { line: 'dead-letters', does: 'how many for each reason, and the first of them' },
    { line: 'dead-letters --reason not_a_date --json', does: 'one reason, for programs' },
  ],
  run(call) {
    const { options } = call;
    const run = options.whole('run', 1) ?? null;
    const reason = options.text('reason') ?? null;
    const limit = options.whole('limit', 1) ?? MOST;
    return withWarehouse(call, (db) => {
      const reasons = countDeadLetters(db, { run, reason });
      const letters = listDeadLetters(db, { run, reason, limit });
      const total = reasons.reduce((sum, { records }) => sum + records, 0);
      const items = letters.map((letter) => ({ ...letter, amount: amountText(letter.amount) }));
      const byReason = reasons.map((each) => ({ ...each, amount: amountText(each.amount) }));
      return { document: { total, reasons: byReason, items }, text: lettersText(reasons, letters, total) };
    });
  },
};

function amountText(amount: number | null): string | null {
  return amount === null ? null : formatDecimal(amount, MONEY_SCALE);
}

function lettersText(reasons: readonly ReasonCount[], letters: readonly DeadLetter[], total: number): string {
  if (total === 0) return 'No rejected records.\n';
  const counts = table(reasons, [
    { heading: 'Reason', show: ({ reason }) => reason },
    { heading: 'Field', show: ({ field }) => field ?? '' },
    { heading: 'Operator', show: ({ operator }) => operator },
    { heading: 'Records', show: ({ records }) => grouped(records), align: 'right' },
    { heading: 'Revenue', show: ({ amount }) => (amount === 0 ? '' : money(amount)), align: 'right' },
  ]);
  const listed = table(letters, [
    { heading: 'File', show: ({ file }) => file },
    { heading: 'Line', show: ({ line }) => grouped(line), align: 'right' },
    { heading: 'Why', show: ({ faults, message }) => faults.map((fault) => fault.message).join('; ') || message },
    { heading: 'Record', show: ({ raw }) => shortened(raw) },
  ]);
  const more =
    total > letters.length ? `… and ${counted(total - letters.length, 'more', 'more')}; --limit shows them\n` : '';
  return `${counts}\n${listed}${more}`;
}

function shortened(raw: string): string {
  return raw.length > 80 ? `${raw.slice(0, 79)}…` : raw;
}
