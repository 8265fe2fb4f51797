/** A column of a table: its heading and what it shows of a row. Figures stand to the right. */
export interface TableColumn<Row> {
  readonly heading: string;
  readonly show: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

/** Rows as text in columns, each line ending with a line break. */
export function table<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ show }) => oneLine(show(row))));
  const lines = [columns.map(({ heading }) => heading), ...cells];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => [...line[i]!].length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, i) => padded(cell, widths[i]!, columns[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function padded<Row>(cell: string, width: number, { align }: TableColumn<Row>): string {
  const space = ' '.repeat(width - [...cell].length);
  return align === 'right' ? space + cell : cell + space;
}

/** Line breaks and other control characters would break the table, or the terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
