import type { BytesColumn } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected, listed } from './faults.ts';
import { fillCells } from './fill-cells.ts';
import type { NumberFormat } from './format.ts';

/** Table Schema's defaults. */
const TRUE = ['true', 'True', 'TRUE', '1'];
const FALSE = ['false', 'False', 'FALSE', '0'];

/** Booleans of Table Schema, as 1 and 0. */
export class BooleanFormat implements NumberFormat {
  readonly type = 'boolean';
  readonly scale = 1;
  readonly #field: string;
  readonly #values: ReadonlyMap<string, number>;
  readonly #words: string;

  constructor(field: string, trueValues: readonly string[] = TRUE, falseValues: readonly string[] = FALSE) {
    this.#field = field;
    const words = (texts: readonly string[], value: number) => texts.map((text) => [text, value] as const);
    this.#values = new Map([...words(falseValues, 0), ...words(trueValues, 1)]);
    this.#words = listed([...trueValues, ...falseValues]);
  }

  parseBytes(bytes: Uint8Array, start: number, end: number): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    return this.#values.get(text) ?? Number.NaN;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    fillCells(cells, values, rest, (bytes, start, end) => this.parseBytes(bytes, start, end));
  }

  parse(text: string): number | Fault {
    return this.#values.get(text) ?? expected('not_a_boolean', this.#field, this.#words, text);
  }

  plain(value: number): string {
    return value === 1 ? 'true' : 'false';
  }
}
