import { Value } from '@sinclair/typebox/value';
import { TillstreamError } from './errors.ts';
import { suggestion } from './nearest.ts';
import type { Operator } from './operator.ts';

/** The operator's options with defaults filled in; the ones given are not touched. Throws `bad_option` at the first misfit. */
export function fillOptions(operator: Operator, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schema = operator.options;
  const known = Object.keys(schema.properties);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    throw new TillstreamError('bad_option', `${operator.name}: unknown option "${key}"${suggestion(key, known)}`);
  }
  const filled = Value.Default(schema, structuredClone(given)) as Record<string, unknown>;
  if (Value.Check(schema, filled)) return filled;
  // There is one, or the check would have passed.
  const error = Value.Errors(schema, filled).First()!;
  const place = error.path.slice(1).replaceAll('/', '.');
  const got = JSON.stringify(error.value) ?? 'nothing';
  throw new TillstreamError('bad_option', `${operator.name}: option "${place}": ${error.message}, got ${got}`);
}
