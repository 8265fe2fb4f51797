/** What a cell looks like at a glance; how it is to be read is a matter of its field. */
export type CellKind = 'empty' | 'number' | 'date' | 'text';

const NUMBER = /^[-+(]?\s*\p{Sc}?\s*[-+]?\d[\d.,' \u00a0\u202f]*(e[-+]?\d+)?\s*(\p{Sc}|%|[A-Z]{3})?\s*[-)]?$/iu;
const DATE =
  /^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[ -]?\p{L}{3,9}\.?[ -]?\d{2,4}|\d{8}T?\d{0,6})([T ]+\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?\s*([ap]m)?\s*(Z|[-+]\d{2}:?\d{2})?)?$/iu;

export function kindOf(cell: string): CellKind {
  const text = cell.trim();
  if (text === '') return 'empty';
  if (DATE.test(text)) return 'date';
  return NUMBER.test(text) ? 'number' : 'text';
}

/** Does a cell look like one value: a number, a date, or text that holds no quote and none of the delimiters? */
export function readsAsCell(cell: string, delimiters: readonly string[]): boolean {
  if (kindOf(cell) !== 'text') return true;
  return !/["\r\n]|^'|'$/.test(cell) && !delimiters.some((delimiter) => cell.includes(delimiter));
}
