import { int32s } from '../../engine/arrays.ts';
import { type BytesColumn, TextColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { giveBack } from '../../engine/memory.ts';
import type { Fault } from '../../engine/operator.ts';
import type { Report } from './column-typing.ts';
import { DistinctCells } from './distinct-cells.ts';
import type { TextCells } from './text-cells.ts';

const NOTHING = '';

/** One column's part of the JSON object that holds a record's attributes. */
export class AttributeTyping {
  readonly #key: string;
  readonly #cells: TextCells;
  readonly #distinct = new DistinctCells();
  /** By number of the distinct cell: `"key":value`, empty where there is no value, or why there is none. */
  #members: (string | Fault)[] = [];

  constructor(name: string, cells: TextCells) {
    this.#key = JSON.stringify(name);
    this.#cells = cells;
  }

  /** The members of all rows; empty where a row has no value. */
  members(cells: BytesColumn, report: Report): string[] {
    if (cells.length > Dictionary.capacity) return this.#each(cells, report);
    if (this.#distinct.makeRoom(cells.length)) this.#members = [];
    const codes = int32s(cells.length);
    this.#distinct.encode(cells, codes);
    for (let code = this.#members.length; code < this.#distinct.size; code++) {
      this.#members.push(this.#member(this.#distinct.text(code)));
    }
    const members: string[] = [];
    for (let row = 0; row < codes.length; row++) members.push(reported(this.#members[codes[row]!]!, row, report));
    giveBack(codes);
    return members;
  }

  /** For more cells than there is sure to be room for. */
  #each(cells: BytesColumn, report: Report): string[] {
    return Array.from({ length: cells.length }, (_, row) => reported(this.#member(cells.get(row)), row, report));
  }

  #member(raw: string): string | Fault {
    const text = this.#cells.read(raw);
    if (text === null) return NOTHING;
    if (typeof text !== 'string') return text;
    return `${this.#key}:${this.#cells.format.bare ? text : JSON.stringify(text)}`;
  }
}

function reported(member: string | Fault, row: number, report: Report): string {
  if (typeof member === 'string') return member;
  report(row, member);
  return NOTHING;
}

/** One JSON object a row from the members of each column; null where a row has none. */
export function attributesColumn(columns: readonly (readonly string[])[], length: number): TextColumn {
  const texts = Array.from({ length }, (_, row) => {
    let members = '';
    for (const column of columns) {
      const member = column[row]!;
      if (member !== NOTHING) members += members === '' ? member : `,${member}`;
    }
    return members === '' ? null : `{${members}}`;
  });
  return new TextColumn(texts);
}
