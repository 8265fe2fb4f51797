import type { Batch } from '../../engine/batch.ts';
import { Conditions } from '../filter/conditions.ts';
import { textReader } from '../values/cell-text.ts';
import { fieldColumn } from '../values/field-column.ts';
import type { RouteOption } from './options.ts';

/** Names the output, by row, of records that have none yet. */
export type Choice = (batch: Batch, ports: (string | undefined)[]) => void;

/** One choice for each output; the first that fits stands. Throws `bad_option`. */
export function byConditions(routes: readonly RouteOption[]): Choice[] {
  return routes.map((route) => {
    const conditions = new Conditions(route);
    return (batch, ports) => {
      const matches = conditions.of(batch);
      for (let row = 0; row < batch.length; row++) if (matches[row] === 1) ports[row] ??= route.to;
    };
  });
}

/** The output is called as the field's value is written. */
export function byValue(field: string, values: readonly string[]): Choice {
  const outputs = new Set(values);
  return (batch, ports) => {
    const textOf = textReader(fieldColumn(batch, field));
    for (let row = 0; row < batch.length; row++) {
      const value = textOf(row);
      if (value !== null && outputs.has(value)) ports[row] = value;
    }
  };
}
