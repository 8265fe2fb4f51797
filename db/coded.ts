import type { Column } from '../engine/column.ts';

/** A column's texts as codes into a list; code -1 is a missing value. */
export interface Coded {
  readonly codes: Int32Array;
  /** Stays the same array as long as codes mean the same. */
  readonly values: readonly string[];
}

/** Codes of any column; one that an operator made record by record has its texts numbered here. */
export function coded(column: Column | undefined): Coded | null {
  if (!column) return null;
  if (column.kind === 'dictionary') return { codes: column.codes, values: column.dictionary.values };
  const values: string[] = [];
  const known = new Map<string, number>();
  const codes = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column.get(row);
    codes[row] = value === null ? -1 : codeOf(String(value), known, values);
  }
  return { codes, values };
}

function codeOf(text: string, known: Map<string, number>, values: string[]): number {
  let code = known.get(text);
  if (code === undefined) {
    code = values.push(text) - 1;
    known.set(text, code);
  }
  return code;
}

/** The text of a code; '' where it is missing. */
export function textOf(column: Coded | null, code: number): string {
  return column && code >= 0 ? column.values[code]! : '';
}
