import { Batch, type Split } from '../../engine/batch.ts';
import type { Column, Value } from '../../engine/column.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { type HeldRecord, provenanceOf } from '../held/record-shape.ts';
import type { Side } from './side.ts';

/** A record of each side that belong together, or one that found none. */
export type Pair = readonly [left: HeldRecord, right: HeldRecord | null] | readonly [left: null, right: HeldRecord];

/** Makes one batch of pairs: the left's fields, then the right's. Keys that are called alike are one field. */
export function batchOfPairs(pairs: readonly Pair[], left: Side, right: Side, suffix: string, split: Split): Batch {
  const lefts = pairs.map(([record]) => record);
  const rights = pairs.map(([, record]) => record);
  const shared = new Set(left.keys.filter((key, i) => key === right.keys[i]));
  const columns = new Map<string, Column>();
  for (const field of left.shape.fields) {
    const values = valuesOf(left, lefts, field);
    columns.set(
      field,
      left.shape.column(field, shared.has(field) ? filled(values, valuesOf(right, rights, field)) : values),
    );
  }
  for (const field of right.shape.fields) {
    if (shared.has(field) && columns.has(field)) continue;
    const name = left.shape.has(field) ? `${field}${suffix}` : field;
    if (columns.has(name)) throw collision(name);
    columns.set(name, right.shape.column(field, valuesOf(right, rights, field)));
  }
  // One of the two is there.
  const provenance = provenanceOf(pairs.map(([one, other]) => (one ?? other)!));
  return new Batch({ split, sequence: 0, provenance, columns, length: pairs.length });
}

/** Throws `keys_differ` where a number would be compared with a text, or numbers in different units. */
export function requireSameKeys(left: Side, right: Side): void {
  left.keys.forEach((key, i) => {
    // There are as many on both sides.
    const other = right.keys[i]!;
    const [a, b] = [left.shape.type(key), right.shape.type(other)];
    if (a.kind === 'unknown' || b.kind === 'unknown') return;
    if (a.kind === 'number' ? b.kind === 'number' && a.scale === b.scale : b.kind !== 'number') return;
    throw new TillstreamError(
      'keys_differ',
      `join: "${key}" on the left and "${other}" on the right are not of one type, so no values would be equal; give them one before the join`,
    );
  });
}

function valuesOf({ shape }: Side, records: readonly (HeldRecord | null)[], field: string): Value[] {
  return records.map((record) => record && shape.value(record, field));
}

function filled(values: readonly Value[], others: readonly Value[]): Value[] {
  return values.map((value, i) => value ?? others[i] ?? null);
}

function collision(name: string): TillstreamError {
  return new TillstreamError('bad_option', `join: both sides have a field "${name}"; choose another suffix`);
}
