import type { TSchema } from '@sinclair/typebox';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import { suggestion } from '../../engine/nearest.ts';
import type { Problem } from './problem.ts';
import { DATASET_NAME } from './schema.ts';

/** What in `value` is not as `schema` says, one problem for each place. */
export function schemaProblems(schema: TSchema, value: unknown): Problem[] {
  // Looking for what is wrong takes much longer than seeing that nothing is.
  if (Value.Check(schema, value)) return [];
  const problems = new Map<string, Problem>();
  for (const error of Value.Errors(schema, value)) {
    // The first error of a place is the one that says most; those after it follow from it.
    for (const problem of explain(error)) if (!problems.has(problem.pointer)) problems.set(problem.pointer, problem);
  }
  return [...problems.values()];
}

function explain(error: ValueError): Problem[] {
  const { path: pointer, schema, value } = error;
  if (error.type === ValueErrorType.ObjectAdditionalProperties)
    return [{ pointer, message: unknownKey(pointer, schema) }];
  if (error.type === ValueErrorType.ObjectRequiredProperty || value === undefined) {
    return [{ pointer, message: `is missing; expected ${expectation(schema)}` }];
  }
  if (error.type === ValueErrorType.Union) return explainUnion(error);
  if (error.type === ValueErrorType.ArrayUniqueItems)
    return [{ pointer, message: `has an entry twice: ${shown(value)}` }];
  return [{ pointer, message: `expected ${expectation(schema)}, got ${shown(value)}` }];
}

function unknownKey(pointer: string, schema: TSchema): string {
  const key = pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  const pattern = Object.keys((schema.patternProperties as object | undefined) ?? {})[0];
  if (pattern !== undefined) return `is not a valid name; expected ${patternWords(pattern)}`;
  return `is not a known key${suggestion(key, Object.keys(schema.properties as object))}`;
}

/** A union is wrong where none of its branches fits: the branch of the value's own kind says best why. */
function explainUnion({ path: pointer, schema, value, errors }: ValueError): Problem[] {
  const words = wordsOf(schema);
  if (words && typeof value === 'string') {
    const foreign = FOREIGN_WORDS[value.toLowerCase()];
    const hint = foreign && words.includes(foreign) ? ` — did you mean "${foreign}"?` : suggestion(value, words);
    return [
      { pointer, message: `expected ${expectation(schema)}, got ${shown(value)}${hint.startsWith(';') ? '' : hint}` },
    ];
  }
  const branches = (schema.anyOf as TSchema[]) ?? [];
  const branch = branches.findIndex((candidate) => candidate.type === kindOf(value));
  const inner = branch < 0 ? [] : [...(errors[branch] ?? [])];
  if (inner.length > 0) return inner.flatMap(explain);
  return [{ pointer, message: `expected ${expectation(schema)}, got ${shown(value)}` }];
}

/** What other tools call our types. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  varchar: 'string',
  object: 'string',
  any: 'string',
  category: 'string',
  int: 'integer',
  int64: 'integer',
  int32: 'integer',
  bigint: 'integer',
  long: 'integer',
  float: 'number',
  float64: 'number',
  double: 'number',
  decimal: 'number',
  numeric: 'number',
  money: 'number',
  currency: 'number',
  bool: 'boolean',
  'datetime64[ns]': 'datetime',
  timestamp: 'datetime',
  time: 'datetime',
  upsert: 'merge',
  update: 'merge',
  overwrite: 'replace',
  truncate: 'replace',
  insert: 'append',
  add: 'append',
  error: 'freeze',
  fail: 'freeze',
  ignore: 'discard_value',
  drop: 'discard_value',
  reject: 'discard_row',
  allow: 'evolve',
};

function wordsOf(schema: TSchema): string[] | undefined {
  const branches = (schema.anyOf as TSchema[] | undefined) ?? [];
  const words = branches.map((branch) => branch.const as unknown);
  return words.length > 0 && words.every((word) => typeof word === 'string') ? words : undefined;
}

function expectation(schema: TSchema): string {
  const words = wordsOf(schema);
  if (words) return `one of ${words.join(', ')}`;
  if (schema.anyOf) return (schema.anyOf as TSchema[]).map(expectation).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') return `a list${schema.minItems ? ` of at least ${schema.minItems}` : ''}`;
  if (schema.type === 'object')
    return schema.minProperties ? 'an object with at least one entry, { … }' : 'an object, { … }';
  if (schema.type === 'string') return lengthWords(schema);
  if (schema.type === 'boolean') return 'true or false';
  return `${schema.type === 'integer' ? 'a whole number' : 'a number'}${rangeWords(schema)}`;
}

function lengthWords({ minLength, maxLength, pattern }: TSchema): string {
  if (minLength === 1 && maxLength === 1) return 'a text of one character';
  if (pattern) return patternWords(String(pattern));
  return minLength ? 'a text that is not empty' : 'a text';
}

function rangeWords({ minimum, maximum }: TSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function patternWords(pattern: string): string {
  return pattern === DATASET_NAME
    ? 'a letter, then letters, digits, ".", "_" and "-" only'
    : `a text that matches ${pattern}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** A value as in the file, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
