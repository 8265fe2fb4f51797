/** Columns whose names begin so are about a rejected record and no part of it. */
export const OWN_PREFIX = 'tillstream_';

/** Says why the record was rejected: a file with this column is one of rejected records. */
export const REASON_COLUMN = `${OWN_PREFIX}reason`;
/** Holds records that cannot stand in the file's own columns. */
export const RAW_COLUMN = `${OWN_PREFIX}raw`;
/** The columns that are added to the file's own, in this order. */
export const ADDED_COLUMNS: readonly string[] = [
  REASON_COLUMN,
  `${OWN_PREFIX}message`,
  `${OWN_PREFIX}line`,
  RAW_COLUMN,
];

/** Positions of the columns that hold data: the file's own. */
export function dataPositions(names: readonly string[]): number[] {
  return names.flatMap((name, i) => (name.startsWith(OWN_PREFIX) ? [] : [i]));
}

/** The names of the columns that hold data. */
export function dataNames(names: readonly string[]): string[] {
  return dataPositions(names).map((i) => names[i]!);
}

/** Is this a file of rejected records, by the names of its columns? */
export function isRejected(names: readonly string[]): boolean {
  return names.includes(REASON_COLUMN);
}
