import { LINES, type RollUpTable } from './roll-up-tables.ts';
import type { Statements } from './statements.ts';
import type { SumColumns } from './sum-columns.ts';

/** What changes in a roll-up: sums to be added to its rows. The first columns are the table's, in its order. */
export interface RollUpChange {
  readonly table: RollUpTable;
  readonly sums: SumColumns;
}

/** Adds the rows that `rows` gives, a VALUES or a SELECT with a WHERE, to those of a roll-up. */
export function addingSql({ name, key, sums }: RollUpTable, rows: string): string {
  const added = sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`);
  return `INSERT INTO main.${name} (${[...key, ...sums].join(', ')}) ${rows} ON CONFLICT DO UPDATE SET ${added.join(', ')}`;
}

/** Removes the rows that have no lines any more, after the change was added. */
export function removeEmptied(statements: Statements, { table, sums }: RollUpChange): void {
  const { name, key } = table;
  const lines = sums.columns[key.length + LINES]!;
  let entry = nextLoss(lines, 0, sums.size);
  if (entry === sums.size) return;
  const conditions = key.map((column) => `${column} = ?`).join(' AND ');
  const remove = statements.get(`DELETE FROM ${name} WHERE ${conditions} AND lines = 0`);
  for (; entry < sums.size; entry = nextLoss(lines, entry + 1, sums.size)) {
    remove.run(...key.map((_, i) => sums.columns[i]![entry]));
  }
}

/** The first entry from there on that loses lines, or `length`. */
function nextLoss(lines: Float64Array, from: number, length: number): number {
  let entry = from;
  while (entry < length && lines[entry]! >= 0) entry++;
  return entry;
}
