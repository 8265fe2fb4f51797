import type { Batch } from '../../engine/batch.ts';
import { canonicalField } from '../dataset/canonical.ts';
import type { Units } from '../values/units.ts';

/** How the field that is set is held: a number in some units, texts of some kind, or whatever it is given. */
export type Target =
  | { readonly kind: 'number'; readonly units: Units }
  | { readonly kind: 'dictionary' | 'identifier' | 'text' }
  | { readonly kind: 'any' };

/** As the field is held already, else as the canonical field of that name is, else as it comes. */
export function targetOf(batch: Batch, field: string): Target {
  const column = batch.columns.get(field);
  if (column?.kind === 'number') return { kind: 'number', units: { type: column.type, scale: column.scale } };
  if (column) return { kind: column.kind === 'bytes' ? 'text' : column.kind };
  const canonical = canonicalField(field);
  if (!canonical) return { kind: 'any' };
  const { kind, scale } = canonical;
  if (kind === 'identifier' || kind === 'dictionary') return { kind };
  return { kind: 'number', units: { type: kind === 'time' ? 'datetime' : kind, scale } };
}
