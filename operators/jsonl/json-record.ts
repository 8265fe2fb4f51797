import type { Fault } from '../../engine/operator.ts';

/** A record's fields as texts; null where the value is null. */
export type JsonFields = ReadonlyMap<string, string | null>;

export type ReadRecord = { readonly fields: JsonFields } | { readonly fault: Fault };

/** What becomes of objects within a record: fields `customer.name`, or one field that holds their JSON. */
export type Nested = 'flatten' | 'json';

/** The reasons that {@link parseRecord} and {@link recordOf} give. */
export const JSON_REASONS: Readonly<Record<string, string>> = {
  bad_json: 'The line is no JSON.',
  not_an_object: 'What stands there is JSON, but no object with fields.',
};

/** Digits enough that a number may hold more than JavaScript does. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** Reads a line. Numbers keep all their digits. */
export function parseRecord(line: string, nested: Nested): ReadRecord {
  try {
    return recordOf(LONG_NUMBER.test(line) ? exactly(line) : JSON.parse(line), nested);
  } catch (error) {
    return { fault: { code: 'bad_json', message: `expected JSON: ${(error as Error).message}` } };
  }
}

/** The fields of a value that was read from JSON. */
export function recordOf(json: unknown, nested: Nested): ReadRecord {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const got = Array.isArray(json) ? 'a list' : json === null ? 'null' : `a ${typeof json}`;
    return { fault: { code: 'not_an_object', message: `expected an object with fields, got ${got}` } };
  }
  const fields = new Map<string, string | null>();
  addFields(fields, json as Record<string, unknown>, '', nested);
  return { fields };
}

function addFields(
  fields: Map<string, string | null>,
  object: Record<string, unknown>,
  prefix: string,
  nested: Nested,
) {
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key;
    if (isNumber(value)) fields.set(name, value.digits);
    else if (typeof value !== 'object' || value === null) fields.set(name, value === null ? null : String(value));
    else if (nested === 'flatten' && !Array.isArray(value)) {
      addFields(fields, value as Record<string, unknown>, `${name}.`, nested);
    } else
      fields.set(
        name,
        JSON.stringify(value, (_, inner) => (isNumber(inner) ? Number(inner.digits) : inner)),
      );
  }
}

/** A number as it was written. */
class WrittenNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

function isNumber(value: unknown): value is WrittenNumber {
  return value instanceof WrittenNumber;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** With the source text of primitive values (ECMAScript's "JSON.parse source text access"), which TypeScript doesn't declare yet. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

function exactly(line: string): unknown {
  return parseWithSource(line, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new WrittenNumber(source) : value,
  );
}
