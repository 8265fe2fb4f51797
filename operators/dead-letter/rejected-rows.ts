import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { type CsvStyle, cellWriter } from '../csv-output/csv-cell.ts';
import { escapedText } from './escaped-text.ts';

/** Columns of this name are about the record and no part of it: whoever reads the file leaves them out. */
export const OWN_PREFIX = 'tillstream_';
const ADDED = ['reason', 'message', 'line', 'raw'].map((name) => OWN_PREFIX + name);
const LAST = 'last';
const BYTE_ORDER_MARK = '\uFEFF';

export interface RejectedStyle extends CsvStyle {
  /** Quotes amid a cell are text. */
  readonly relaxQuotes: boolean;
  readonly skipInitialSpace: boolean;
}

/** One dead letter: the bytes of its record, and what was wrong with it. */
export interface RejectedRecord {
  readonly raw: Buffer;
  readonly reason: string;
  readonly message: string;
  readonly line: number;
}

/**
 * Dead letters as lines of a CSV in the file's own columns, followed by what was wrong. A record that can be read as these
 * columns stands in them byte by byte. Any other (broken quotes, a wrong number of cells, bytes that are no text) leaves them
 * blank and stands whole in `tillstream_raw`.
 */
export class RejectedRows {
  readonly #columns: readonly string[];
  readonly #own: readonly number[];
  readonly #style: RejectedStyle;
  readonly #cell: (text: string) => string;

  constructor(columns: readonly string[], style: RejectedStyle) {
    this.#columns = columns;
    this.#own = columns.flatMap((name, i) => (name.startsWith(OWN_PREFIX) ? [] : [i]));
    this.#style = style;
    this.#cell = cellWriter(style);
  }

  /** The first line. The mark before it says that the file is UTF-8, to spreadsheets as well as to the next reading. */
  header(): Buffer {
    const own = this.#own.map((i) => this.#columns[i]!);
    return Buffer.from(BYTE_ORDER_MARK + this.#line([...own, ...ADDED]));
  }

  line({ raw, reason, message, line }: RejectedRecord): Buffer {
    const about = [reason, message, String(line)];
    const isClean = this.#own.length === this.#columns.length;
    if (isClean && this.#splits(raw)) {
      return Buffer.concat([raw, Buffer.from(this.#style.delimiter + this.#line([...about, '']))]);
    }
    const cells = isClean ? null : this.#cellsOf(raw);
    const own = cells && this.#own.map((i) => cells[i]!);
    // A row that was rejected before and is still as it was.
    const rawBefore = cells?.[this.#columns.indexOf(`${OWN_PREFIX}raw`)];
    if (own?.some((cell) => cell.trim() !== '')) return Buffer.from(this.#line([...own, ...about, '']));
    return Buffer.from(this.#line([...this.#own.map(() => ''), ...about, rawBefore || escapedText(raw)]));
  }

  #line(cells: readonly string[]): string {
    return `${cells.map(this.#cell).join(this.#style.delimiter)}\n`;
  }

  /** Whether the record is one of as many cells as there are columns. */
  #splits(raw: Buffer): boolean {
    const { delimiter, quoteChar } = this.#style;
    if (!isUtf8(raw) || this.#columns.length === 0) return false;
    if (raw.includes(10) || raw.includes(13) || (quoteChar !== null && raw.includes(quoteChar))) {
      return this.#cellsOf(raw) !== null;
    }
    let cells = 1;
    for (let at = raw.indexOf(delimiter); at >= 0; at = raw.indexOf(delimiter, at + 1)) cells++;
    return cells === this.#columns.length;
  }

  /**
   * The cells of a record, or null where csv-parse does not find one record of the right number of them. It is read with
   * a cell more behind it, which is how it will stand in the file.
   */
  #cellsOf(raw: Buffer): string[] | null {
    if (!isUtf8(raw)) return null;
    const { delimiter, quoteChar, doubleQuote, escapeChar, relaxQuotes, skipInitialSpace } = this.#style;
    const mark = escapeChar ?? (doubleQuote ? quoteChar : null);
    const dialect = { delimiter, quote: quoteChar, escape: mark, relax_quotes: relaxQuotes, ltrim: skipInitialSpace };
    try {
      const records = parse(Buffer.concat([raw, Buffer.from(`${delimiter}${LAST}`)]), dialect) as string[][];
      const cells = records.length === 1 ? records[0]! : [];
      return cells.pop() === LAST && cells.length === this.#columns.length ? cells : null;
    } catch {
      return null;
    }
  }
}
