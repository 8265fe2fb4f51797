import { CELL_MEASURES, cellMargin, DAILY_SALES, MARGIN_LINES, MARGIN_SUM, MEASURES } from './roll-up-tables.ts';
import type { Statements } from './statements.ts';
import type { SumColumns } from './sum-columns.ts';

const KEYS = DAILY_SALES.key.length;
const FIND_DAY = 'SELECT 1 FROM daily_sales WHERE day = ? LIMIT 1';
const COLUMNS = 'store_key, product_key, margin_lines, margin_sum';
const FIND_CELL = `SELECT ${COLUMNS} FROM daily_sales WHERE day = ? AND store_key = ? AND product_key = ?`;
const FIND_CELLS = `SELECT ${COLUMNS} FROM daily_sales WHERE day = ? ORDER BY store_key, product_key LIMIT ?`;
/** To read so many cells that are in order takes as long as to look up one. */
const READ_AT_ONCE = 3;

/** A cell of the day at hand, as it is. */
type Kept = readonly [store: number, product: number, marginLines: number, marginSum: number];

/**
 * Sets CELL_MEASURES of cells, which are in order: whether the cell now is one with a margin and was none before, and by how much
 * its margin changes. Most cells are of days that daily_sales has nothing of, and need not be looked up there.
 */
export function setCellMeasures(statements: Statements, cells: SumColumns): void {
  const day = cells.columns[0]!;
  const findDay = statements.get(FIND_DAY);
  for (let from = 0, to = 0; from < cells.size; from = to) {
    to = endOfRun(day, from, cells.size);
    if (findDay.get(day[from])) setChanged(cells, from, to, keptOfDay(statements, cells, from, to));
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

/** `kept` has those of the cells that are there, and maybe others of the day, in order. */
function setChanged({ columns }: SumColumns, from: number, to: number, kept: readonly Kept[]): void {
  const [, store, product] = columns as [Float64Array, Float64Array, Float64Array];
  const marginLines = columns[KEYS + MARGIN_LINES]!;
  const marginSum = columns[KEYS + MARGIN_SUM]!;
  const [count, margin] = measuresOf(columns);
  let next = 0;
  for (let cell = from; cell < to; cell++) {
    while (next < kept.length && isBefore(kept[next]!, store[cell]!, product[cell]!)) next++;
    const found = next < kept.length ? kept[next]! : null;
    const isThere = found !== null && found[0] === store[cell] && found[1] === product[cell];
    const lines = isThere ? found[2] : 0;
    const sum = isThere ? found[3] : 0;
    count[cell] = Number(lines + marginLines[cell]! > 0) - Number(lines > 0);
    margin[cell] = cellMargin(lines + marginLines[cell]!, sum + marginSum[cell]!) - cellMargin(lines, sum);
  }
}

/** What is kept of a day's cells: all of the day at once, unless it has many more than these. */
function keptOfDay(statements: Statements, { columns }: SumColumns, from: number, to: number): readonly Kept[] {
  const [day, store, product] = columns as [Float64Array, Float64Array, Float64Array];
  const most = (to - from) * READ_AT_ONCE;
  const all = statements.get(FIND_CELLS).raw().all(day[from], most) as Kept[];
  if (all.length < most) return all;
  const find = statements.get(FIND_CELL).raw();
  const found: Kept[] = [];
  for (let cell = from; cell < to; cell++) {
    const kept = find.get(day[cell], store[cell], product[cell]) as Kept | undefined;
    if (kept) found.push(kept);
  }
  return found;
}

function isBefore(kept: Kept, store: number, product: number): boolean {
  return kept[0] < store || (kept[0] === store && kept[1] < product);
}

function measuresOf(columns: readonly Float64Array[]): [count: Float64Array, margin: Float64Array] {
  return [
    columns[KEYS + MEASURES.length]!,
    columns[KEYS + MEASURES.length + CELL_MEASURES.indexOf('cell_margin_sum')]!,
  ];
}
