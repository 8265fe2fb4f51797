import assert from 'node:assert/strict';
import { BytesColumn, type Column, TextColumn } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import { cellsOf } from '../../operators/formats/cells-of.ts';
import type { ColumnTyping } from '../../operators/formats/column-typing.ts';
import type { NumberFormat } from '../../operators/formats/format.ts';

/** Texts as the cells of a column, between others of the same record. */
export function cells(texts: readonly string[]): BytesColumn {
  const plain = cellsOf(new TextColumn(texts.flatMap((text) => ['before', text, '9'])));
  return new BytesColumn(plain.bytes, plain.starts, plain.ends, 3, 1, texts.length);
}

/** The column and, by row, what was wrong. */
export function typed(typing: ColumnTyping, texts: readonly string[]): { column: Column; faults: Map<number, Fault> } {
  const faults = new Map<number, Fault>();
  const column = typing.type(cells(texts), (row, fault) => {
    faults.set(row, fault);
    return true;
  });
  return { column, faults };
}

export function values(typing: ColumnTyping, texts: readonly string[]): (string | number | null)[] {
  const { column } = typed(typing, texts);
  return texts.map((_, row) => column.get(row));
}

/** What the thorough way makes of a text, having made sure that the fast ways do not say otherwise. */
export function parsed(format: NumberFormat, text: string): number | Fault {
  const column = cells(['0', text, text, '0', text]);
  const filled = new Float64Array(5);
  const declined = new Set<number>();
  format.fill(column, filled, (row) => {
    declined.add(row);
    return Number.NaN;
  });
  const value = format.parse(text);
  const bytes = Buffer.from(`9${text}9`);
  const fast = format.parseBytes(bytes, 1, bytes.length - 1);
  if (!Number.isNaN(fast)) assert.equal(fast, value, `the fast way disagrees about ${JSON.stringify(text)}`);
  for (const row of [1, 2, 4]) {
    if (!declined.has(row)) assert.equal(filled[row], value, `fill disagrees about ${JSON.stringify(text)}`);
  }
  return value;
}

export function message(value: number | string | null | Fault | undefined): string | undefined {
  return typeof value === 'object' ? value?.message : undefined;
}
