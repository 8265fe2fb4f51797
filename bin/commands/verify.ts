import { type Difference, type Verification, verify } from '../../db/verify.ts';
import type { Command } from '../command.ts';
import { counted, grouped } from '../figures.ts';
import { withWarehouse } from '../read-warehouse.ts';
import { table } from '../table.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Prove that every figure is what the sales say.',
  description:
    'Recomputes all roll-ups, orders and ledgers from the single sales and compares; examines the database file as well. Exit code 1 if anything differs.',
  options: [],
  examples: [{ line: 'verify', does: 'what was compared, and every difference' }],
  run: (call) =>
    withWarehouse(
      call,
      (db) => {
        const result = verify(db);
        return { document: result, text: verificationText(result), exitCode: result.ok ? 0 : 1 };
      },
      { check: 'always' },
    ),
};

function verificationText({ ok, checked, differences }: Verification): string {
  const rows = table(Object.entries(checked), [
    { heading: 'Recomputed', show: ([what]) => what },
    { heading: 'Rows', show: ([, count]) => grouped(count), align: 'right' },
  ]);
  if (ok) return `${rows}Everything agrees.\n`;
  return `${rows}\n${differencesText(differences)}${counted(differences.length, 'difference')} found.\n`;
}

function differencesText(differences: readonly Difference[]): string {
  return table(differences, [
    { heading: 'Table', show: ({ what }) => what },
    { heading: 'Row', show: ({ where }) => where },
    { heading: 'Column', show: ({ column }) => column },
    { heading: 'Kept', show: ({ kept }) => String(kept ?? '-'), align: 'right' },
    { heading: 'Expected', show: ({ expected }) => String(expected ?? '-'), align: 'right' },
  ]);
}
