import { cellWriter } from '../csv-output/csv-cell.ts';
import { escapedText } from './escaped-text.ts';
import { RecordSplitter, type RecordStyle } from './record-splitter.ts';

/** Columns of this name are about the record and no part of it: whoever reads the file leaves them out. */
export const OWN_PREFIX = 'tillstream_';
const ADDED = ['reason', 'message', 'line', 'raw'].map((name) => OWN_PREFIX + name);
const BYTE_ORDER_MARK = '\uFEFF';

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

  constructor(columns: readonly string[], style: RecordStyle) {
    this.#columns = columns;
    this.#own = columns.flatMap((name, i) => (name.startsWith(OWN_PREFIX) ? [] : [i]));
    this.#delimiter = style.delimiter;
    this.#cell = cellWriter(style);
    this.#splitter = new RecordSplitter(columns.length, style);
  }

  /** The first line. The mark before it says that the file is UTF-8, to spreadsheets as well as to the next reading. */
  header(): Buffer {
    const own = this.#own.map((i) => this.#columns[i]!);
    return Buffer.from(BYTE_ORDER_MARK + this.#line([...own, ...ADDED]));
  }

  lines(records: readonly RejectedRecord[]): Buffer[] {
    const raws = records.map(({ raw }) => raw);
    if (this.#own.length < this.#columns.length) {
      const cells = this.#splitter.cellsOf(raws);
      return records.map((record, i) => this.#again(record, cells[i]!));
    }
    const splits = this.#splitter.canSplit(raws);
    return records.map((record, i) =>
      splits[i] ? this.#readable(record) : this.#whole(record, escapedText(record.raw)),
    );
  }

  #readable(record: RejectedRecord): Buffer {
    return Buffer.concat([record.raw, Buffer.from(this.#delimiter + this.#line([...about(record), '']))]);
  }

  #whole(record: RejectedRecord, raw: string): Buffer {
    return Buffer.from(this.#line([...this.#own.map(() => ''), ...about(record), raw]));
  }

  /** A row of a file like this one, rejected once more: what was said about it then goes, and what it was then stays. */
  #again(record: RejectedRecord, cells: readonly string[] | null): Buffer {
    if (!cells) return this.#whole(record, escapedText(record.raw));
    const own = this.#own.map((i) => cells[i]!);
    if (own.some((cell) => cell.trim() !== '')) return Buffer.from(this.#line([...own, ...about(record), '']));
    const before = cells[this.#columns.indexOf(`${OWN_PREFIX}raw`)];
    return this.#whole(record, before || escapedText(record.raw));
  }

  #line(cells: readonly string[]): string {
    return `${cells.map(this.#cell).join(this.#delimiter)}\n`;
  }
}

function about({ reason, message, line }: RejectedRecord): string[] {
  return [reason, message, String(line)];
}
