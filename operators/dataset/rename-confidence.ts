import type { ColumnProfile } from './profile.ts';
import { valueSimilarity } from './profile.ts';
import type { FieldDescriptor } from './schema.ts';
import { nameSimilarity } from './similarity.ts';
import type { ValueType } from './value-reading.ts';

/** From here on a renamed column may be mapped without asking. */
export const HIGH_CONFIDENCE = 0.75;
/** From here on it is worth a word. */
export const WORTH_SAYING = 0.5;
/** How much surer the best pair must be than the next for the same field or column. */
const CLEAR = 0.1;

/** A field that is not there under its name, with what is known of its values. */
export interface LostField {
  readonly field: FieldDescriptor;
  /** Its column in the last file. */
  readonly before?: ColumnProfile;
}

/** A field and the column that it seems to be called now. */
export interface Rename {
  readonly field: string;
  readonly column: string;
  /** 0 to 1, by name and values. */
  readonly confidence: number;
  /** No other column or field comes near. */
  readonly clear: boolean;
}

/** Pairs lost fields with unknown columns, the surest first, each once. */
export function findRenames(lost: readonly LostField[], found: readonly ColumnProfile[]): Rename[] {
  const pairs = lost
    .flatMap(({ field, before }) =>
      found.map((column) => ({
        field: field.name,
        column: column.name,
        confidence: renameConfidence(field, before, column),
      })),
    )
    .filter(({ confidence }) => confidence >= WORTH_SAYING)
    .sort((a, b) => b.confidence - a.confidence);
  const chosen: Rename[] = [];
  for (const pair of pairs) {
    if (chosen.some(({ field, column }) => field === pair.field || column === pair.column)) continue;
    const rivals = pairs.filter(
      (other) => other !== pair && (other.field === pair.field || other.column === pair.column),
    );
    const clear = rivals.every((other) => pair.confidence - other.confidence >= CLEAR);
    chosen.push({ ...pair, clear });
  }
  return chosen;
}

/** Name and values must both speak for it: values of another kind rule it out, a like name alone does not prove it. */
function renameConfidence(field: FieldDescriptor, before: ColumnProfile | undefined, column: ColumnProfile): number {
  const name = nameSimilarity(field.name, column.name);
  if (!isCompatible(field.type ?? 'string', column.type)) return 0.3 * name;
  const values = before ? valueSimilarity(before, column) : unseenSimilarity(field, column);
  const together = 0.6 * name + 0.4 * values;
  // Texts that are the same set as before are as good as a name.
  const telling = before?.type === 'string' && values > 0.8 && before.values.length > 1;
  return telling ? Math.max(together, 0.8 * values) : together;
}

/** Values against what the field allows, where no file was seen before. */
function unseenSimilarity({ type = 'string', constraints = {} }: FieldDescriptor, column: ColumnProfile): number {
  const { enum: allowed, minimum, maximum } = constraints;
  if (allowed) {
    const known = new Set(allowed.map(String));
    return column.values.filter((value) => known.has(value)).length / Math.max(1, column.values.length);
  }
  if (column.range && typeof minimum === 'number' && column.range[0] < minimum) return 0.2;
  if (column.range && typeof maximum === 'number' && column.range[2] > maximum) return 0.2;
  // The fewer columns there are of a type, the more it tells.
  if (type === 'date' || type === 'datetime') return 0.9;
  return type === 'string' ? 0.5 : 0.7;
}

/** Whether values that look like `seen` can be of a field of type `declared`. */
export function isCompatible(declared: ValueType, seen: ValueType | 'empty'): boolean {
  if (seen === 'empty' || declared === 'string' || declared === seen) return true;
  if (declared === 'number') return seen === 'integer';
  if (declared === 'datetime') return seen === 'date';
  return declared === 'date' && seen === 'datetime';
}
