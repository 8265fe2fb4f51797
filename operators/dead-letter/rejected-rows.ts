import { cellWriter } from '../csv-output/csv-cell.ts';
import { ADDED_COLUMNS, dataPositions, RAW_COLUMN } from './added-columns.ts';
import { escapedText } from './escaped-text.ts';
import { RecordSplitter, type RecordStyle } from './record-splitter.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** What the source could not take apart; the cells of such a record are not to be trusted, even where there are as many as columns. */
const UNREADABLE = new Set(['bad_quoting', 'too_many_fields', 'too_few_fields', 'invalid_encoding', 'record_too_long']);

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
  readonly #delimiter: string;
  readonly #cell: (text: string) => string;
  readonly #splitter: RecordSplitter;
  /** Characters that no cell can hold in this dialect. */
  readonly #forbidden: string;
  readonly #isQuoted: boolean;

  constructor(columns: readonly string[], style: RecordStyle) {
    this.#columns = columns;
    this.#own = dataPositions(columns);
    this.#delimiter = style.delimiter;
    this.#cell = cellWriter(style);
    this.#splitter = new RecordSplitter(columns.length, style);
    this.#isQuoted = style.quoteChar !== null;
    this.#forbidden = forbiddenIn(style);
  }

  /** The first line. The mark before it says that the file is UTF-8, to spreadsheets as well as to the next reading. */
  header(): Buffer {
    const names = [...this.#own.map((i) => this.#columns[i]!), ...ADDED_COLUMNS];
    return Buffer.from(BYTE_ORDER_MARK + this.#line(names.map(this.#cell)));
  }

  lines(records: readonly RejectedRecord[]): Buffer[] {
    const raws = records.map(({ raw }) => raw);
    if (this.#own.length < this.#columns.length) {
      const cells = this.#splitter.cellsOf(raws);
      return records.map((record, i) => this.#again(record, cells[i]!));
    }
    const splits = this.#splitter.canSplit(raws);
    return records.map((record, i) =>
      splits[i] && !UNREADABLE.has(record.reason) ? this.#readable(record) : this.#whole(record),
    );
  }

  #readable(record: RejectedRecord): Buffer {
    return Buffer.concat([record.raw, Buffer.from(this.#delimiter + this.#line([...this.#about(record), '']))]);
  }

  /** `text` is the record as it stands in `tillstream_raw`. */
  #whole(record: RejectedRecord, text = escapedText(record.raw, this.#forbidden)): Buffer {
    // Escaped already: without quotes the cell would be escaped once more.
    const raw = this.#isQuoted ? this.#cell(text) : text;
    return Buffer.from(this.#line([...this.#own.map(() => ''), ...this.#about(record), raw]));
  }

  /** A row of a file like this one, rejected once more: what was said about it then goes, and what it was then stays. */
  #again(record: RejectedRecord, cells: readonly string[] | null): Buffer {
    const own = cells && this.#own.map((i) => cells[i]!);
    if (own?.every(isBlank)) return this.#whole(record, cells?.[this.#columns.indexOf(RAW_COLUMN)] || undefined);
    if (!own || UNREADABLE.has(record.reason)) return this.#whole(record);
    const written = this.#isQuoted ? own.map(this.#cell) : own;
    return Buffer.from(this.#line([...written, ...this.#about(record), '']));
  }

  #about({ reason, message, line }: RejectedRecord): string[] {
    return [reason, message, String(line)].map(this.#cell);
  }

  #line(cells: readonly string[]): string {
    return `${cells.join(this.#delimiter)}\n`;
  }
}

function forbiddenIn({ delimiter, quoteChar, doubleQuote, escapeChar }: RecordStyle): string {
  if (quoteChar === null) return `\r\n${delimiter}`;
  return doubleQuote || escapeChar !== undefined ? '' : quoteChar;
}

/** As the source judges it: without a byte above the space. */
function isBlank(cell: string): boolean {
  return /^[\0-\x20]*$/.test(cell);
}
