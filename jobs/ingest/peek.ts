import type { Dialect } from '../../operators/csv/dialect.ts';
import { readHeader } from '../../operators/csv/sample.ts';
import { OWN_PREFIX } from '../../operators/dead-letter/rejected-rows.ts';

/** What the beginning of a file shows. */
export interface Peek {
  /** Names of all its columns. */
  readonly columns: readonly string[];
  /** The names without those that `dead-letter` has added; of a file without header, its first record's cells. */
  readonly header: readonly string[];
  /** Its first records, in the order of {@link header}; faulty ones are left out. */
  readonly records: readonly (readonly string[])[];
}

/** Reads the beginning of a file in that dialect. Throws what the CSV source would: `file_not_found`, `binary_file` … */
export async function peek(path: string, dialect: Dialect): Promise<Peek> {
  const { names, header, firstRecords } = await readHeader(path, dialect);
  const own = names.flatMap((name, i) => (name.startsWith(OWN_PREFIX) ? [] : [i]));
  const ofOwn = (cells: readonly string[]) => own.map((i) => cells[i]!);
  return {
    columns: names,
    header: ofOwn(header ? names : (firstRecords[0] ?? names)),
    records: firstRecords.map(ofOwn),
  };
}
