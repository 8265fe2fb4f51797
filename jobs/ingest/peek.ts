import type { Dialect } from '../../operators/csv/dialect.ts';
import { readHeader } from '../../operators/csv/sample.ts';
import { dataPositions } from '../../operators/dead-letter/added-columns.ts';

/** What the beginning of a file shows. */
export interface Peek {
  /** Names of all its columns; null where it has no header. */
  readonly columns: readonly string[] | null;
  /** The names without those that `dead-letter` has added; of a file without header, its first record's cells. */
  readonly header: readonly string[];
  /** Its first records, in the order of {@link header}; faulty ones are left out. */
  readonly records: readonly (readonly string[])[];
}

/** Reads the beginning of a file in that dialect. Throws what the CSV source would: `file_not_found`, `binary_file` … */
export async function peek(path: string, dialect: Dialect): Promise<Peek> {
  const { names, header, firstRecords } = await readHeader(path, dialect);
  const data = dataPositions(names);
  const ofData = (cells: readonly string[]) => data.map((i) => cells[i]!);
  return {
    columns: header && names,
    header: ofData(header ? names : (firstRecords[0] ?? names)),
    records: firstRecords.map(ofData),
  };
}
