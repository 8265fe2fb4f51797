import { type ReadingHints, readValues, type ValueType } from './value-reading.ts';

/** What a sample shows of one column, as plain JSON that can be kept with the file. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: ValueType | 'empty';
  readonly format?: string;
  /** Share of the sample that has a value. */
  readonly filled: number;
  /** Distinct values in the sample, over the values in it. */
  readonly distinctness: number;
  /** Least, median and greatest value, for numbers and dates (seconds since 1970). */
  readonly range?: readonly [number, number, number];
  /** Mean number of characters. */
  readonly length: number;
  /** The most frequent values, at most {@link KEPT_VALUES}. */
  readonly values: readonly string[];
}

/** What a sample shows of a file. */
export interface FileShape {
  readonly header: readonly string[];
  readonly columns: readonly ColumnProfile[];
}

export const KEPT_VALUES = 24;

/** Profiles a sample: `records` hold their cells in the header's order. */
export function profileSample(
  header: readonly string[],
  records: readonly (readonly string[])[],
  hints: ReadingHints = {},
): FileShape {
  const columns = header.map((name, i) =>
    profileColumn(
      name,
      records.map((record) => record[i] ?? ''),
      hints,
    ),
  );
  return { header: [...header], columns };
}

function profileColumn(name: string, texts: readonly string[], hints: ReadingHints): ColumnProfile {
  const { type, format, filled, missing, numbers: all } = readValues(texts, hints);
  const numbers = all.filter((value) => !Number.isNaN(value));
  const values = texts.map((text) => text.trim()).filter((text) => text !== '' && !missing.includes(text));
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, KEPT_VALUES);
  return {
    name,
    type,
    ...(format !== undefined && { format }),
    filled,
    distinctness: values.length === 0 ? 0 : counts.size / values.length,
    ...(numbers.length > 0 && { range: rangeOf(numbers) }),
    length: values.length === 0 ? 0 : values.reduce((sum, value) => sum + value.length, 0) / values.length,
    values: frequent.map(([value]) => value),
  };
}

function rangeOf(numbers: readonly number[]): [number, number, number] {
  const sorted = Float64Array.from(numbers).sort();
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
}

/** How alike the values of two columns are, 0 to 1: their type, then their range or the values they share. */
export function valueSimilarity(a: ColumnProfile, b: ColumnProfile): number {
  if (a.type === 'empty' || b.type === 'empty') return 0.5;
  if (kindOf(a.type) !== kindOf(b.type)) return 0;
  const fill = 1 - Math.abs(a.filled - b.filled);
  const shape = a.range && b.range ? rangeOverlap(a, b) : textLikeness(a, b);
  return 0.85 * shape + 0.15 * fill;
}

function kindOf(type: ValueType | 'empty'): string {
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'datetime' ? 'date' : type;
}

/** Dates move on from file to file, so only their spread can be compared; numbers stay where they are. */
function rangeOverlap(a: ColumnProfile, b: ColumnProfile): number {
  const [lowA, midA, highA] = a.range!;
  const [lowB, midB, highB] = b.range!;
  if (kindOf(a.type) === 'date') return 0.8;
  const union = Math.max(highA, highB) - Math.min(lowA, lowB);
  if (union === 0) return 1;
  const overlap = Math.max(0, Math.min(highA, highB) - Math.max(lowA, lowB)) / union;
  return 0.5 * overlap + 0.5 * (1 - Math.abs(midA - midB) / union);
}

function textLikeness(a: ColumnProfile, b: ColumnProfile): number {
  const other = new Set(b.values);
  const shared =
    a.values.filter((value) => other.has(value)).length / Math.max(1, Math.min(a.values.length, b.values.length));
  const length = 1 - Math.abs(a.length - b.length) / Math.max(a.length, b.length, 1);
  const distinctness = 1 - Math.abs(a.distinctness - b.distinctness);
  return Math.max(shared, 0.6 * (0.5 * length + 0.5 * distinctness));
}
