import { isUtf8 } from 'node:buffer';
import type { Fault } from '../../engine/operator.ts';
import { dataPositions } from '../dead-letter/added-columns.ts';
import type { DialectBytes } from './dialect.ts';
import { isBlank } from './kept-record.ts';
import { parseRecord } from './parse-record.ts';
import type { RecordBlock, Reject } from './record-block.ts';
import { BROKEN_UTF8 } from './record-faults.ts';

export interface RowScreenOptions {
  readonly dialect: DialectBytes;
  /** Names of the fields: a record has as many cells. */
  readonly names: readonly string[];
  /** The header record's own cells, in the file's spelling; null where the file has none. */
  readonly header: readonly string[] | null;
  /** Look for broken UTF-8; not wanted of bytes that were transcoded. */
  readonly checkUtf8: boolean;
}

/** Tells records that are no data from the others: blank rows, repeated headers, broken UTF-8. */
export class RowScreen {
  readonly #dialect: DialectBytes;
  readonly #header: readonly Buffer[] | null;
  readonly #checkUtf8: boolean;
  /** Columns that hold data. */
  readonly #data: readonly number[];
  /** In files of rejected records, rows whose first cell is filled may be blank too. */
  readonly #isRejected: boolean;

  constructor({ dialect, names, header, checkUtf8 }: RowScreenOptions) {
    this.#dialect = dialect;
    this.#header = header?.map((cell) => Buffer.from(cell)) ?? null;
    this.#checkUtf8 = checkUtf8;
    this.#data = dataPositions(names);
    this.#isRejected = this.#data.length < names.length;
  }

  /** What becomes of a record with that fault. */
  reject(fault: Fault, bytes: Buffer, line: number, start: number, end: number): Reject {
    const raw = bytes.subarray(start, end);
    const isRagged = fault.code === 'too_few_fields' || fault.code === 'too_many_fields';
    if (isRagged && isBlankRecord(raw, this.#dialect)) return { line, start, end, faults: [], reason: 'blank_row' };
    const isBroken = this.#checkUtf8 && !isUtf8(raw);
    return { line, start, end, faults: isBroken ? [fault, BROKEN_UTF8] : [fault] };
  }

  /** Moves rows of a block that are no data to its rejects. The block is what was found in `bytes[from, to)`. */
  sift(block: RecordBlock, bytes: Buffer, from: number, to: number): void {
    const broken = this.#checkUtf8 && !isUtf8(bytes.subarray(from, to));
    if (!broken && !this.#isRejected && !this.#hasSuspects(block, bytes)) return;
    block.retain((row) => {
      const reject = this.#rejectOf(block, bytes, row, broken);
      if (reject) block.rejects.push(reject);
      return reject === null;
    });
    block.rejects.sort((a, b) => a.start - b.start);
  }

  /** Might any row be blank or a header? One look at each row's first cell says no for nearly all files. */
  #hasSuspects({ rows, stride, starts, ends }: RecordBlock, bytes: Buffer): boolean {
    const name = this.#header?.[0];
    const length = name ? name.length : -1;
    for (let row = 0, cell = 0; row < rows; row++, cell += stride) {
      const start = starts[cell]!;
      const end = ends[cell]!;
      if (start === end || bytes[start]! <= 32) return true;
      if (end - start === length && name?.compare(bytes, start, end) === 0) return true;
    }
    return false;
  }

  #rejectOf(block: RecordBlock, bytes: Buffer, row: number, broken: boolean): Reject | null {
    const start = block.recordStarts[row]!;
    const end = block.recordEnds[row]!;
    const line = block.lines[row]!;
    if (this.#isBlank(block, bytes, row)) return { line, start, end, faults: [], reason: 'blank_row' };
    if (broken && !isUtf8(bytes.subarray(start, end))) return { line, start, end, faults: [BROKEN_UTF8] };
    if (this.#isHeader(block, bytes, row)) return { line, start, end, faults: [], reason: 'repeated_header' };
    return null;
  }

  #isBlank({ stride, starts, ends }: RecordBlock, bytes: Buffer, row: number): boolean {
    for (const i of this.#data) {
      const cell = row * stride + i;
      if (!isBlank(bytes, starts[cell]!, ends[cell]!)) return false;
    }
    return true;
  }

  #isHeader({ stride, starts, ends }: RecordBlock, bytes: Buffer, row: number): boolean {
    if (!this.#header) return false;
    return this.#header.every((name, i) => {
      const cell = row * stride + i;
      const isLong = ends[cell]! - starts[cell]! === name.length;
      return isLong && name.compare(bytes, starts[cell], ends[cell]) === 0;
    });
  }
}

/** Are all cells of a record blank, however many they are? */
function isBlankRecord(raw: Buffer, dialect: DialectBytes): boolean {
  const { delimiter, quote, escapeByte, comment } = dialect;
  const marks = [delimiter, quote, escapeByte];
  // A comment may hold anything; without one, a byte that is text settles it.
  if (comment < 0 && raw.some((byte) => byte > 32 && byte < 128 && !marks.includes(byte))) return false;
  const parsed = parseRecord(raw, dialect);
  return 'cells' in parsed && parsed.cells.every((cell) => /^[\0-\x20]*$/.test(cell));
}
