import { isUtf8 } from 'node:buffer';
import type { Options } from 'csv-parse/sync';
import { parse } from '../csv/csv-parse.ts';
import type { CsvStyle } from '../csv-output/csv-cell.ts';

/** How the records were written. */
export interface RecordStyle extends CsvStyle {
  /** Quotes amid a cell are text. */
  readonly relaxQuotes: boolean;
  readonly skipInitialSpace: boolean;
}

/** Splits raw records into cells as csv-parse does, where they can be: one record of as many cells as there are columns. */
export class RecordSplitter {
  readonly #columns: number;
  readonly #style: RecordStyle;

  constructor(columns: number, style: RecordStyle) {
    this.#columns = columns;
    this.#style = style;
  }

  /** Whether each record can be split. */
  canSplit(raws: readonly Buffer[]): boolean[] {
    const verdicts = raws.map((raw) => this.#plainly(raw));
    const open = raws.flatMap((_, i) => (verdicts[i] === undefined ? [i] : []));
    const cells = this.cellsOf(open.map((i) => raws[i]!));
    for (const [at, i] of open.entries()) verdicts[i] = cells[at] !== null;
    return verdicts.map(Boolean);
  }

  /** The cells of each record, or null where it can't be split. */
  cellsOf(raws: readonly Buffer[]): (string[] | null)[] {
    return this.#together(raws) ?? raws.map((raw) => this.#together([raw])?.[0] ?? null);
  }

  /** By counting delimiters, where there is nothing else to know; undefined where there is. */
  #plainly(raw: Buffer): boolean | undefined {
    const { delimiter, quoteChar } = this.#style;
    if (this.#columns === 0 || !isUtf8(raw)) return false;
    if (raw.includes(10) || raw.includes(13) || (quoteChar !== null && raw.includes(quoteChar))) return undefined;
    let cells = 1;
    for (let at = raw.indexOf(delimiter); at >= 0; at = raw.indexOf(delimiter, at + 1)) cells++;
    return cells === this.#columns;
  }

  /**
   * All at once, which is ten times as fast; null where it does not come out even. Each record gets its number as a last cell:
   * so it will stand in the file, with cells behind it, and so a quote left open is found out.
   */
  #together(raws: readonly Buffer[]): string[][] | null {
    if (!raws.every((raw) => isUtf8(raw))) return null;
    const { delimiter } = this.#style;
    const lines = raws.flatMap((raw, i) => [raw, Buffer.from(`${delimiter}${i}\n`)]);
    try {
      const records = parse(Buffer.concat(lines), this.#dialect()) as string[][];
      const isEven = (cells: string[], i: number) => cells.pop() === String(i) && cells.length === this.#columns;
      return records.length === raws.length && records.every(isEven) ? records : null;
    } catch {
      return null;
    }
  }

  #dialect(): Options {
    const { delimiter, quoteChar, doubleQuote, escapeChar, relaxQuotes, skipInitialSpace } = this.#style;
    return {
      delimiter,
      quote: quoteChar,
      escape: escapeChar ?? (doubleQuote ? quoteChar : null),
      relax_quotes: relaxQuotes,
      relax_column_count: true,
      ltrim: skipInitialSpace,
      // Any line break outside quotes would end the record in the file that it came from, or in the one it will stand in.
      record_delimiter: ['\r\n', '\n', '\r'],
    };
  }
}
