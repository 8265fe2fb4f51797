import { float64s, int32s } from '../../engine/arrays.ts';
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
import { RememberedCells } from './remembered-cells.ts';
import { STRING } from './text.ts';
import { hasForeignEdge, isSpace, type TextCells } from './text-cells.ts';
import { digits, same } from './words.ts';

const ZERO = 0x30;
const MARK = 0x23;
const MISSING = -1;
const NO_NUMBER = -1;

/** Identifiers, split into affix and number as {@link splitIdentifier} does, from their bytes where nothing is special about them. */
export class IdentifierTyping implements ColumnTyping {
  readonly #cells: TextCells;
  /** Whether a token for a missing value begins with a digit. */
  readonly #hasDigitTokens: boolean;
  #dictionary = new Dictionary();
  /** The affix met last: its code, how many bytes stand before the digits, and how many digits there are. */
  #lastCode = MISSING;
  #lastStart = 0;
  #lastPrefix = 0;
  #lastDigits = 0;
  /** A Buffer, as cells are in one: what looks them up is then compiled for one kind of array. */
  #scratch = Buffer.alloc(256);
  readonly #odd = new RememberedCells((raw) => {
    const text = this.#cells.read(raw);
    return typeof text === 'string' ? splitIdentifier(text) : text;
  });

  constructor(cells: TextCells) {
    this.#cells = cells;
    this.#hasDigitTokens = [...cells.rules.tokens].some((token) => isDigit(token.charCodeAt(0)));
  }

  type(cells: BytesColumn, report: Report): Column {
    if (cells.length > Dictionary.capacity) return identifierColumn(this.#texts(cells, report));
    if (!this.#dictionary.hasRoomFor(cells.length)) this.#dictionary = new Dictionary();
    const codes = int32s(cells.length);
    const numbers = float64s(cells.length);
    this.#lastCode = MISSING;
    if (this.#cells.rules.demanding || this.#cells.format !== STRING) this.#fillFromText(cells, codes, numbers, report);
    else this.#fill(cells, codes, numbers, report);
    return new IdentifierColumn(codes, numbers, this.#dictionary);
  }

  #fill(cells: BytesColumn, codes: Int32Array, numbers: Float64Array, report: Report): void {
    const { bytes, starts, ends, stride, offset, length } = cells;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = this.#fillLikeLast(cells, view, 0, codes, numbers); row < length; ) {
      const cell = row * stride + offset;
      const number = this.#unlikeLast(bytes, starts[cell]!, ends[cell]!);
      if (number === NO_NUMBER) this.#readOdd(cells, row, codes, numbers, report);
      else {
        codes[row] = this.#lastCode;
        numbers[row] = number;
      }
      row = this.#fillLikeLast(cells, view, row + 1, codes, numbers);
    }
  }

  /**
   * Goes on from a row to the next whose identifier has another affix than the one met last, and says which that is. Cells that are
   * empty and may be are passed over.
   */
  #fillLikeLast(
    { bytes, starts, ends, stride, offset, length }: BytesColumn,
    view: DataView,
    from: number,
    codes: Int32Array,
    numbers: Float64Array,
  ): number {
    const { rules } = this.#cells;
    const mayBeEmpty = rules.emptyIsMissing && !rules.required;
    const code = this.#lastCode;
    const last = this.#lastStart;
    const prefix = this.#lastPrefix;
    const size = code === MISSING ? NO_NUMBER : prefix + this.#lastDigits;
    // What begins as the last one did, and is as long, is no more a token for a missing value than that.
    const wary = prefix === 0 && this.#hasDigitTokens;
    let row = from;
    for (let cell = row * stride + offset; row < length; row++, cell += stride) {
      const start = starts[cell]!;
      const end = ends[cell]!;
      if (start === end && mayBeEmpty) {
        codes[row] = -1;
        numbers[row] = 0;
        continue;
      }
      if (end - start !== size || !same(bytes, last, start, prefix)) break;
      if (wary && rules.suspicious(bytes, start, end)) break;
      const number = digits(view, start + prefix, end);
      if (number < 0) break;
      codes[row] = code;
      numbers[row] = number;
    }
    return row;
  }

  /** The number of an identifier with any affix, which is remembered; NO_NUMBER where the cell has to be read as text. */
  #unlikeLast(bytes: Uint8Array, start: number, end: number): number {
    const { rules } = this.#cells;
    let from = start;
    let to = end;
    if (rules.trim) {
      while (from < to && isSpace(bytes[from]!)) from++;
      while (from < to && isSpace(bytes[to - 1]!)) to--;
    }
    if (from === to || hasForeignEdge(bytes, from, to) || rules.suspicious(bytes, from, to)) return NO_NUMBER;
    return this.#split(bytes, from, to);
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
    if (length + 3 > this.#scratch.length) this.#scratch = Buffer.alloc(2 * length + 3);
    const scratch = this.#scratch;
    for (let i = 0; i < length; i++) scratch[i] = bytes[start + i]!;
    let at = length;
    scratch[at++] = MARK;
    if (digits >= 10) scratch[at++] = ZERO + 1;
    scratch[at++] = ZERO + (digits % 10);
    return this.#dictionary.encodeBytes(scratch, 0, at);
  }

  #fillFromText(cells: BytesColumn, codes: Int32Array, numbers: Float64Array, report: Report): void {
    for (let row = 0; row < cells.length; row++) this.#readOdd(cells, row, codes, numbers, report);
  }

  /** A cell that is not plainly an identifier. */
  #readOdd(cells: BytesColumn, row: number, codes: Int32Array, numbers: Float64Array, report: Report): void {
    const { bytes, starts, ends, stride, offset } = cells;
    const { rules } = this.#cells;
    const start = starts[row * stride + offset]!;
    const end = ends[row * stride + offset]!;
    codes[row] = MISSING;
    numbers[row] = 0;
    if (start === end && rules.emptyIsMissing && !rules.required) return;
    const found = this.#odd.read(bytes, start, end);
    if (found === null) return;
    if ('affix' in found) {
      codes[row] = this.#dictionary.encode(found.affix);
      numbers[row] = found.number;
    } else report(row, found);
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
