import { type Static, Type } from '@sinclair/typebox';
import type { Value } from '../../engine/column.ts';

export const SortKey = Type.Object(
  {
    field: Type.String({ description: 'Field to sort by.' }),
    order: Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
      description: 'Smallest or largest first.',
      default: 'asc',
    }),
    missing: Type.Union([Type.Literal('first'), Type.Literal('last')], {
      description: 'Where records without a value stand, whatever the order.',
      default: 'last',
    }),
  },
  { additionalProperties: false },
);
export type SortKey = Static<typeof SortKey>;

/** Numbers by size, texts by their UTF-8 bytes, as SQLite and DuckDB have them. Both of one kind and neither missing. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(String(a), String(b));
}

/** By code point, which is the order of UTF-8 bytes; a plain comparison would put U+1F600 before U+FFFD. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Compares the values that two records have in the keys' fields, in their order. */
export function comparator(keys: readonly SortKey[]): (a: readonly Value[], b: readonly Value[]) => number {
  return (a, b) => {
    for (let i = 0; i < keys.length; i++) {
      // There is a value for each key.
      const order = compareByKey(a[i]!, b[i]!, keys[i]!);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareByKey(a: Value, b: Value, { order, missing }: SortKey): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === (missing === 'first') ? -1 : 1;
  }
  return order === 'asc' ? compareValues(a, b) : compareValues(b, a);
}
