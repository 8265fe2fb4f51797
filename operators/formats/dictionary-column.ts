import { int32s } from '../../engine/arrays.ts';
import { type BytesColumn, type Column, DictionaryColumn, dictionaryColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { Fault } from '../../engine/operator.ts';
import type { ColumnTyping, Report } from './column-typing.ts';
import { DistinctCells } from './distinct-cells.ts';
import type { TextCells } from './text-cells.ts';

const MISSING = -1;
const FAULTY = -2;

/** Texts that repeat. Each distinct cell is read once; the dictionary lasts over batches until it may become full. */
export class DictionaryTyping implements ColumnTyping {
  readonly #cells: TextCells;
  readonly #distinct = new DistinctCells();
  #dictionary = new Dictionary();
  /** By number of the distinct cell: its code, or that it is missing or faulty. */
  #outcomes = new Int32Array(256);
  #read = 0;
  /** Whether every distinct cell so far is a text of its own, so that its number is its code. */
  #plain = true;
  #faults = new Map<number, Fault>();

  constructor(cells: TextCells) {
    this.#cells = cells;
  }

  type(cells: BytesColumn, report: Report): Column {
    if (cells.length >= Dictionary.capacity) return this.#typeEach(cells, report);
    // A text may be written in several ways, so there are no more texts than distinct cells; and one that fills gaps.
    if (this.#distinct.makeRoom(cells.length + 1)) this.#begin();
    const codes = int32s(cells.length);
    this.#distinct.encode(cells, codes);
    this.#readNew();
    if (!this.#plain) this.#translate(codes, report);
    return new DictionaryColumn(codes, this.#dictionary);
  }

  #begin(): void {
    this.#dictionary = new Dictionary();
    this.#read = 0;
    this.#plain = true;
    this.#faults = new Map();
  }

  #readNew(): void {
    const { size } = this.#distinct;
    if (size > this.#outcomes.length) {
      const grown = new Int32Array(2 * size);
      grown.set(this.#outcomes);
      this.#outcomes = grown;
    }
    for (; this.#read < size; this.#read++) {
      const outcome = this.#outcome(this.#read);
      this.#outcomes[this.#read] = outcome;
      this.#plain &&= outcome === this.#read;
    }
  }

  /** From numbers of distinct cells to codes of texts, in place. */
  #translate(codes: Int32Array, report: Report): void {
    const outcomes = this.#outcomes;
    for (let row = 0, { length } = codes; row < length; row++) {
      const code = codes[row]!;
      const outcome = outcomes[code]!;
      codes[row] = outcome < 0 ? MISSING : outcome;
      if (outcome === FAULTY) report(row, this.#faults.get(code)!);
    }
  }

  #outcome(code: number): number {
    const text = this.#cells.read(this.#distinct.text(code));
    if (typeof text === 'string') return this.#dictionary.encode(text);
    if (text === null) return MISSING;
    this.#faults.set(code, text);
    return FAULTY;
  }

  /** A batch too large to be sure of a dictionary's room. */
  #typeEach(cells: BytesColumn, report: Report): Column {
    const texts = Array.from({ length: cells.length }, (_, row) => {
      const text = this.#cells.read(cells.get(row));
      if (text === null || typeof text === 'string') return text;
      report(row, text);
      return null;
    });
    return dictionaryColumn(texts);
  }
}
