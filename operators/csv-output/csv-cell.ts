import type { Column } from '../../engine/column.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import { textReader } from '../values/cell-text.ts';

/** How cells are written. With neither `doubleQuote` nor `escapeChar`, a quote can't stand in a cell. */
export interface CsvStyle {
  readonly delimiter: string;
  /** null where cells are never quoted. */
  readonly quoteChar: string | null;
  readonly doubleQuote: boolean;
  readonly escapeChar?: string | undefined;
}

/** RFC 4180. */
export const STANDARD: CsvStyle = { delimiter: ',', quoteChar: '"', doubleQuote: true };

/** Writes a text as a cell: as it is where it can be, else quoted, else with what can't be written as `\x22`. */
export function cellWriter({ delimiter, quoteChar, doubleQuote, escapeChar }: CsvStyle): (text: string) => string {
  const special = new RegExp(`[\r\n${[delimiter, quoteChar ?? '', escapeChar ?? ''].map(escaped).join('')}]|^\\s|\\s$`);
  if (quoteChar === null) {
    const forbidden = new RegExp(`[\r\n${escaped(delimiter)}]|\\\\(?=x)`, 'g');
    return (text) => text.replace(forbidden, hexOf);
  }
  const mark = escapeChar ?? (doubleQuote ? quoteChar : null);
  const inner = new RegExp(`[${escaped(quoteChar)}${escaped(mark ?? '')}]`, 'g');
  const written = (character: string) => (mark === null ? hexOf(character) : mark + character);
  return (text) => (special.test(text) ? quoteChar + text.replace(inner, written) + quoteChar : text);
}

function escaped(character: string): string {
  return character.replace(/[\\\]^-]/, '\\$&');
}

function hexOf(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

const standardCell = cellWriter(STANDARD);

/** Writes columns as standard cells; missing values are empty. Texts of a dictionary are written once. */
export class CellReader {
  readonly #known = new WeakMap<Dictionary, string[]>();

  /** The cells of a column, by row. */
  of(column: Column): (row: number) => string {
    if (column.kind === 'dictionary') return this.#coded(column.codes, column.dictionary);
    const textOf = textReader(column);
    if (column.kind === 'number') return (row) => textOf(row) ?? '';
    return (row) => standardCell(textOf(row) ?? '');
  }

  #coded(codes: Int32Array, dictionary: Dictionary): (row: number) => string {
    const cells = this.#known.get(dictionary) ?? [];
    this.#known.set(dictionary, cells);
    const { values } = dictionary;
    for (let code = cells.length; code < values.length; code++) cells.push(standardCell(values[code]!));
    return (row) => (codes[row]! < 0 ? '' : cells[codes[row]!]!);
  }
}
