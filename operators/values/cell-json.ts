import type { Column } from '../../engine/column.ts';
import { textReader } from './cell-text.ts';

/** The JSON text of a row's cell. */
export type JsonOf = (row: number) => string;

/**
 * Reads a column's cells as JSON: numbers exactly as they are (`12.5`), booleans, dates as ISO text, texts, and null where a value
 * is missing. Text rather than values, as a JavaScript number does not hold every amount.
 */
export function jsonReader(column: Column): JsonOf {
  const textOf = textReader(column);
  if (column.kind !== 'number' || column.type === 'date' || column.type === 'datetime') {
    return (row) => JSON.stringify(textOf(row));
  }
  return (row) => textOf(row) ?? 'null';
}

/** Reads rows as JSON objects of the fields given, in that order. Those that hold JSON already are taken as they are. */
export function objectReader(
  columns: Iterable<readonly [string, Column]>,
  holdsJson: readonly string[] = [],
): (row: number) => string {
  const members = Array.from(columns, ([name, column]) => {
    const read = holdsJson.includes(name) ? embeddedReader(column) : jsonReader(column);
    return { key: JSON.stringify(name), read };
  });
  return (row) => `{${members.map(({ key, read }) => `${key}:${read(row)}`).join(',')}}`;
}

/** Texts that are JSON, as that; others as texts. */
function embeddedReader(column: Column): JsonOf {
  const textOf = textReader(column);
  const plain = jsonReader(column);
  return (row) => {
    const text = textOf(row);
    return text !== null && isJson(text) ? text.replaceAll(/[\r\n]/g, ' ') : plain(row);
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
