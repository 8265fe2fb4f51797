import type { Fault } from '../../engine/operator.ts';
import { isObject, parseJson, plainValue } from '../values/exact-json.ts';

/** A record's fields as texts; null where the value is null. */
export type JsonFields = ReadonlyMap<string, string | null>;

export type ReadRecord = { readonly fields: JsonFields } | { readonly fault: Fault };

/** What becomes of objects within a record: fields `customer.name`, or one field that holds their JSON. */
export type Nested = 'flatten' | 'json';

/** The reasons that {@link parseRecord} and {@link recordOf} give. */
export const JSON_REASONS: Readonly<Record<string, string>> = {
  bad_json: 'The line is no JSON, or is nested more than 1,000 levels deep.',
  not_an_object: 'What stands there is JSON, but no object with fields.',
};

/** Reads a line. Numbers keep all their digits. */
export function parseRecord(line: string, nested: Nested): ReadRecord {
  try {
    return recordOf(parseJson(line), nested);
  } catch (error) {
    return { fault: { code: 'bad_json', message: `expected JSON: ${(error as Error).message}` } };
  }
}

/** The fields of a value that was read from JSON. */
export function recordOf(json: unknown, nested: Nested): ReadRecord {
  if (!isObject(json)) {
    const got = Array.isArray(json) ? 'a list' : String(plainValue(json)).slice(0, 60);
    return { fault: { code: 'not_an_object', message: `expected an object with fields, got ${got}` } };
  }
  const fields = new Map<string, string | null>();
  addFields(fields, json, '', nested);
  return { fields };
}

function addFields(
  fields: Map<string, string | null>,
  object: Record<string, unknown>,
  prefix: string,
  nested: Nested,
) {
  for (const [key, value] of Object.entries(object)) {
    if (nested === 'flatten' && isObject(value)) addFields(fields, value, `${prefix}${key}.`, nested);
    else fields.set(prefix + key, plainValue(value));
  }
}
