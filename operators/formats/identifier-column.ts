import {
  type BytesColumn,
  type Column,
  IDENTIFIER_DIGITS,
  IdentifierColumn,
  identifierColumn,
  splitIdentifier,
} from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { ColumnTyping, Report } from './column-typing.ts';
import { STRING } from './text.ts';
import { mayBePadded, type TextCells } from './text-cells.ts';

const ZERO = 0x30;
const MARK = 0x23;
const MISSING = -1;

/** Identifiers, split into affix and number as {@link splitIdentifier} does, from their bytes where nothing is special about them. */
export class IdentifierTyping implements ColumnTyping {
  readonly #cells: TextCells;
  #dictionary = new Dictionary();
  /** The affix met last: its code, how many bytes stand before the digits, and how many digits there are. */
  #lastCode = MISSING;
  #lastStart = 0;
  #lastPrefix = 0;
  #lastDigits = 0;
  #scratch = new Uint8Array(256);

  constructor(cells: TextCells) {
    this.#cells = cells;
  }

  type(cells: BytesColumn, report: Report): Column {
    if (cells.length > Dictionary.capacity) return identifierColumn(this.#texts(cells, report));
    if (!this.#dictionary.hasRoomFor(cells.length)) this.#dictionary = new Dictionary();
    const codes = new Int32Array(cells.length);
    const numbers = new Float64Array(cells.length);
    this.#lastCode = MISSING;
    if (this.#cells.rules.demanding || this.#cells.format !== STRING) this.#fillFromText(cells, codes, numbers, report);
    else this.#fill(cells, codes, numbers, report);
    return new IdentifierColumn(codes, numbers, this.#dictionary);
  }

  #fill(cells: BytesColumn, codes: Int32Array, numbers: Float64Array, report: Report): void {
    const { bytes, starts, ends, stride, offset, length } = cells;
    const { rules } = this.#cells;
    const { hasTokens } = rules;
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      const start = starts[cell]!;
      const end = ends[cell]!;
      if (start === end || (hasTokens && rules.suspicious(bytes, start, end))) {
        this.#readText(cells, row, codes, numbers, report);
        continue;
      }
      let number = this.#likeLast(bytes, start, end);
      if (number < 0) {
        if (mayBePadded(bytes, start, end)) {
          this.#readText(cells, row, codes, numbers, report);
          continue;
        }
        number = this.#split(bytes, start, end);
      }
      codes[row] = this.#lastCode;
      numbers[row] = number;
    }
  }

  /** The number of an identifier with the affix met last; -1 if it has another. */
  #likeLast(bytes: Uint8Array, start: number, end: number): number {
    const prefix = this.#lastPrefix;
    const digits = this.#lastDigits;
    if (this.#lastCode === MISSING || digits === 0 || end - start !== prefix + digits) return -1;
    for (let i = 0, last = this.#lastStart; i < prefix; i++) if (bytes[start + i] !== bytes[last + i]) return -1;
    let number = 0;
    for (let at = start + prefix; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return -1;
      number = number * 10 + digit;
    }
    return number;
  }

  /** Splits any identifier, and remembers its affix. */
  #split(bytes: Uint8Array, start: number, end: number): number {
    let at = end;
    while (at > start && end - at <= IDENTIFIER_DIGITS && isDigit(bytes[at - 1]!)) at--;
    if (end - at > IDENTIFIER_DIGITS) at = end;
    this.#lastStart = start;
    this.#lastPrefix = at - start;
    this.#lastDigits = end - at;
    this.#lastCode = this.#affixCode(bytes, start, at, end - at);
    let number = 0;
    for (; at < end; at++) number = number * 10 + (bytes[at]! - ZERO);
    return number;
  }

  #affixCode(bytes: Uint8Array, start: number, end: number, digits: number): number {
    const length = end - start;
    if (length + 3 > this.#scratch.length) this.#scratch = new Uint8Array(2 * length + 3);
    const scratch = this.#scratch;
    for (let i = 0; i < length; i++) scratch[i] = bytes[start + i]!;
    let at = length;
    scratch[at++] = MARK;
    if (digits >= 10) scratch[at++] = ZERO + 1;
    scratch[at++] = ZERO + (digits % 10);
    return this.#dictionary.encodeBytes(scratch, 0, at);
  }

  #fillFromText(cells: BytesColumn, codes: Int32Array, numbers: Float64Array, report: Report): void {
    for (let row = 0; row < cells.length; row++) this.#readText(cells, row, codes, numbers, report);
  }

  #readText(cells: BytesColumn, row: number, codes: Int32Array, numbers: Float64Array, report: Report): void {
    const cell = row * cells.stride + cells.offset;
    const { rules } = this.#cells;
    codes[row] = MISSING;
    if (rules.emptyIsMissing && !rules.required && cells.starts[cell] === cells.ends[cell]) return;
    const text = this.#cells.read(cells.get(row));
    if (typeof text === 'string') {
      const { affix, number } = splitIdentifier(text);
      codes[row] = this.#dictionary.encode(affix);
      numbers[row] = number;
    } else if (text !== null) report(row, text);
  }

  #texts(cells: BytesColumn, report: Report): (string | null)[] {
    return Array.from({ length: cells.length }, (_, row) => {
      const text = this.#cells.read(cells.get(row));
      if (text === null || typeof text === 'string') return text;
      report(row, text);
      return null;
    });
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
