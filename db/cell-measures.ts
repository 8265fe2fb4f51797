import { CELL_MEASURES, cellMargin, DAILY_SALES, MARGIN_LINES, MARGIN_SUM, MEASURES } from './roll-up-tables.ts';
import type { Statements } from './statements.ts';
import type { SumColumns } from './sum-columns.ts';

const KEYS = DAILY_SALES.key.length;
const FIND_DAY = 'SELECT 1 FROM daily_sales WHERE day = ? LIMIT 1';
const FIND_CELL =
  'SELECT margin_lines, margin_sum FROM daily_sales WHERE day = ? AND store_key = ? AND product_key = ?';

/**
 * Sets CELL_MEASURES of cells, which are in order: whether the cell now is one with a margin and was none before, and by how much
 * its margin changes. Most cells are of days that daily_sales has nothing of, and need not be looked up there.
 */
export function setCellMeasures(statements: Statements, cells: SumColumns): void {
  const day = cells.columns[0]!;
  const findDay = statements.get(FIND_DAY);
  for (let from = 0, to = 0; from < cells.size; from = to) {
    to = endOfRun(day, from, cells.size);
    if (findDay.get(day[from])) setChanged(statements, cells, from, to);
    else setNew(cells, from, to);
  }
}

/** Where the day that is at `from` ends. */
function endOfRun(day: Float64Array, from: number, length: number): number {
  let to = from + 1;
  while (to < length && day[to] === day[from]) to++;
  return to;
}

function setNew({ columns }: SumColumns, from: number, to: number): void {
  const marginLines = columns[KEYS + MARGIN_LINES]!;
  const marginSum = columns[KEYS + MARGIN_SUM]!;
  const [count, margin] = measuresOf(columns);
  for (let cell = from; cell < to; cell++) {
    const lines = marginLines[cell]!;
    count[cell] = lines > 0 ? 1 : 0;
    margin[cell] = cellMargin(lines, marginSum[cell]!);
  }
}

function setChanged(statements: Statements, { columns }: SumColumns, from: number, to: number): void {
  const [day, store, product] = columns;
  const marginLines = columns[KEYS + MARGIN_LINES]!;
  const marginSum = columns[KEYS + MARGIN_SUM]!;
  const [count, margin] = measuresOf(columns);
  const find = statements.get(FIND_CELL).raw();
  for (let cell = from; cell < to; cell++) {
    const found = find.get(day![cell], store![cell], product![cell]) as [number, number] | undefined;
    const lines = found ? found[0] : 0;
    const sum = found ? found[1] : 0;
    count[cell] = Number(lines + marginLines[cell]! > 0) - Number(lines > 0);
    margin[cell] = cellMargin(lines + marginLines[cell]!, sum + marginSum[cell]!) - cellMargin(lines, sum);
  }
}

function measuresOf(columns: readonly Float64Array[]): [count: Float64Array, margin: Float64Array] {
  return [
    columns[KEYS + MEASURES.length]!,
    columns[KEYS + MEASURES.length + CELL_MEASURES.indexOf('cell_margin_sum')]!,
  ];
}
