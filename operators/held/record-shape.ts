import { Batch, Provenance, type Split } from '../../engine/batch.ts';
import type { Column, Value } from '../../engine/column.ts';
import { type FieldType, FieldTypes } from './field-types.ts';

/** A record that was taken out of its batch, as plain JSON: where it stood, then its values in the order of the shape's fields. */
export type HeldRecord = readonly [line: number, offset: number, raw: string, ...values: Value[]];

/** Places before the values. */
const VALUES = 3;

/** The fields of the records that an operator holds, with their types: takes records out of batches and makes batches of them. */
export class RecordShape {
  readonly #types: FieldTypes;
  readonly #places: Map<string, number>;

  constructor(types: Iterable<readonly [string, FieldType]> = []) {
    this.#types = new FieldTypes(types);
    this.#places = new Map(this.#types.names.map((name, i) => [name, VALUES + i]));
  }

  get fields(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** Learns the batch's fields and gives what takes its records out. */
  reader(batch: Batch): (row: number) => HeldRecord {
    const columns: (Column | undefined)[] = [];
    for (const [name, column] of batch.columns) {
      this.#types.learn(name, column);
      columns[this.#placeOf(name) - VALUES] = column;
    }
    const cells = Array.from(columns);
    const { provenance } = batch;
    return (row) => [
      // Every row of a batch has a line.
      provenance.lineOf(row)!,
      provenance.offsetOf(row),
      provenance.raw(row),
      ...cells.map((column) => column?.get(row) ?? null),
    ];
  }

  value(record: HeldRecord, field: string): Value {
    const place = this.#places.get(field);
    return (place === undefined ? null : (record[place] as Value | undefined)) ?? null;
  }

  has(field: string): boolean {
    return this.#places.has(field);
  }

  type(field: string): FieldType {
    return this.#types.get(field);
  }

  /** A column of these values, of the field's type. */
  column(field: string, values: readonly (Value | undefined)[]): Column {
    return this.#types.column(field, values);
  }

  batch(records: readonly HeldRecord[], split: Split, sequence = 0): Batch {
    const valuesOf = (field: string) => records.map((record) => this.value(record, field));
    const columns = new Map(this.fields.map((field) => [field, this.column(field, valuesOf(field))] as const));
    return new Batch({ split, sequence, provenance: provenanceOf(records), columns, length: records.length });
  }

  /** What the constructor takes. */
  snapshot(): [string, FieldType][] {
    return this.#types.snapshot();
  }

  #placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = VALUES + this.#places.size;
    this.#places.set(name, place);
    return place;
  }
}

/** Where held records stood, with their raw texts. */
export function provenanceOf(records: readonly HeldRecord[]): Provenance {
  const bytes = Buffer.from(records.map(([, , raw]) => raw).join(''));
  const starts = new Int32Array(records.length);
  const ends = new Int32Array(records.length);
  let at = 0;
  records.forEach(([, , raw], row) => {
    starts[row] = at;
    at += Buffer.byteLength(raw);
    ends[row] = at;
  });
  const lines = Int32Array.from(records, ([line]) => line);
  const offsets = Float64Array.from(records, ([, offset]) => offset);
  return new Provenance(lines, offsets, bytes, starts, ends);
}
