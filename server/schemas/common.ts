import { FormatRegistry, Kind, type Static, type TSchema, Type, TypeRegistry } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** A closed object: what is not listed is not there. */
export const record = <T extends Record<string, TSchema>>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** Kind of {@link nullable} in TypeBox's own checks, and where it keeps what is not null. */
const NULLABLE = 'Nullable';
const OF = Symbol('of');
TypeRegistry.Set<TSchema & { [OF]: TSchema }>(
  NULLABLE,
  (schema, value) => value === null || Value.Check(schema[OF], value),
);

/** The same, or null. As one schema of two types: of a union, which alternative it is would be asked of Ajv for each value. */
export const nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>({ ...schema, [Kind]: NULLABLE, [OF]: schema, type: [schema.type, 'null'] });

/** Kind of {@link oneOf} in TypeBox's own checks. */
const WORDS = 'Words';
TypeRegistry.Set<{ enum: readonly unknown[] }>(WORDS, (schema, value) => schema.enum.includes(value));

/** One of the words given; as `enum`, whose error messages name the words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, options: object = {}) =>
  Type.Unsafe<Words[number]>({ [Kind]: WORDS, type: 'string', enum: [...words], ...options });

// So that TypeBox's own checks know the formats as Fastify's do.
FormatRegistry.Set('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text));
FormatRegistry.Set('date', (text) => isDay(text));

/** Is the text a day that there is, as YYYY-MM-DD? */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** An instant, ISO 8601 in UTC. */
export const Instant = Type.String({ format: 'date-time' });

/** A day of the shop's calendar. */
export const Day = Type.String({ format: 'date' });

/** Exact money as decimal text, in the currency unit: `-12.5`. */
export const MoneyText = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' });

/** Money for showing and drawing, in the currency unit. */
export const MoneyNumber = Type.Number();

/** A share of one thousand: per mille of the time between two samples. */
export const PerMille = Type.Integer({ minimum: 0, maximum: 1000 });

export const Count = Type.Integer({ minimum: 0 });

/** An error that a person can act on. */
export const Trouble = record({
  code: Type.String({ description: 'Stable, snake_case.' }),
  message: Type.String({ description: 'A sentence for people.' }),
});
export type Trouble = Static<typeof Trouble>;

/** One page of a longer list. */
export const pageOf = <T extends TSchema>(item: T) =>
  record({
    items: Type.Array(item),
    total: Type.Integer({ minimum: 0, description: 'Items there are on all pages.' }),
    limit: Type.Integer({ minimum: 1 }),
    offset: Type.Integer({ minimum: 0 }),
  });

/** RFC 9457. `code` is stable; `errors` names the places at fault in the request, where there are any. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Address of the page that explains the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String({ description: 'Path of the request.' }),
    code: Type.String({ description: 'Stable, snake_case.' }),
    request_id: Type.String(),
    errors: Type.Optional(Type.Array(record({ place: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
