import { Batch, type FieldValues, MAIN, Provenance, type Split, syntheticProvenance } from '../batch.ts';

/** One batch of records that stand on the lines from `firstLine` on. */
export function batchOf(records: readonly FieldValues[], split: Split, firstLine = 1): Batch {
  const { length } = records;
  const provenance = syntheticProvenance(length, firstLine);
  const empty = new Batch({ split, sequence: 0, provenance, columns: new Map(), length });
  const batch = empty.withRecords(
    records,
    Int32Array.from(records, (_, row) => row),
  );
  // Columns are made now, so that parts of the batch are of the same types, whatever stands in them.
  void batch.columns;
  return batch;
}

/** The same records in batches of at most `size`; batches of different ports are kept apart. */
export function resplit(batches: readonly Batch[], size: number): Batch[] {
  return batches.flatMap((batch) => {
    const parts: Batch[] = [];
    for (let first = 0; first < batch.length; first += size) {
      const length = Math.min(size, batch.length - first);
      parts.push(batch.select(Int32Array.from({ length }, (_, i) => first + i)));
    }
    return parts;
  });
}

/** The batches with a record at the end of the last on the main port that has no value in any field. */
export function withEmptyRecord(batches: readonly Batch[], line: number): Batch[] {
  const at = batches.findLastIndex((batch) => batch.port === MAIN && batch.length > 0);
  const batch = batches[at];
  if (!batch) return [...batches];
  const length = batch.length + 1;
  const rows = Int32Array.from({ length }, (_, row) => Math.min(row, batch.length - 1));
  const empty = Object.fromEntries([...batch.columns.keys()].map((name) => [name, null]));
  const identity = rows.map((_, row) => row);
  const { columns, split, sequence, port } = batch.select(rows).withRecords([...batch.records, empty], identity);
  const lines = Int32Array.of(...batch.provenance.lines, line);
  const nowhere = new Int32Array(length);
  const provenance = new Provenance(lines, new Float64Array(length), Buffer.alloc(0), nowhere, nowhere);
  return batches.with(at, new Batch({ split, sequence, provenance, columns, length, port }));
}

/** All that a batch says, as one text: a change anywhere in it changes this. */
export function digestOf(batch: Batch): string {
  const { port, length, provenance } = batch;
  const columns = [...batch.columns].map(([name, column]) => [name, describe(column), cellsOf(column)]);
  return JSON.stringify([port, length, [...provenance.lines], columns, batch.records]);
}

type AnyColumn = ReturnType<Batch['column']>;

/** What a column's values mean. */
export function describe(column: AnyColumn): string {
  return column.kind === 'number' ? `${column.type}/${column.scale}` : 'text';
}

function cellsOf(column: AnyColumn): unknown[] {
  return Array.from({ length: column.length }, (_, row) => column.get(row));
}
