import { resolve } from 'node:path';
import type { RequestOptions } from './calls.ts';
import { type FieldSpec, type FieldType, plainType, type RecordOf } from './fields.ts';
import { type Step, step } from './parts.ts';

/** A field to be found: its type, with `?` where nothing may be found for it, and what it is called there (`column`; for `http` its path). */
export type FoundField =
  | FieldType
  | `${FieldType}?`
  | { readonly type: FieldType | `${FieldType}?`; readonly column: string };

/** Where things are looked up: exactly one of them. Paths are relative to where the program runs. */
export type LookupIn =
  | { readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[] }
  | { readonly csv: string | { readonly path: string; readonly delimiter?: string; readonly maxRows?: number } }
  | {
      /** One SELECT with the names of `on` as parameters, such as `:sku`. */
      readonly sql: { readonly database: string; readonly query: string };
      readonly cache?: CacheOptions;
    }
  | {
      /** A service that answers with JSON; `{name}` in the address stands for a value of the key. */
      readonly http: {
        readonly url: string;
        readonly results?: string;
        readonly concurrency?: number;
        readonly ordered?: boolean;
      } & RequestOptions;
      readonly cache?: CacheOptions;
    };

/** Answers that are not asked for again: 10,000 for an hour unless said otherwise. */
interface CacheOptions {
  readonly size?: number;
  readonly maxAgeMs?: number;
}

/** By what, and for which fields, records are looked up. */
export interface LookupFields<In, Fields> {
  /** Fields that are looked up by; or each with what it is called there. */
  readonly on: NoInfer<readonly (keyof In & string)[] | Readonly<Partial<Record<keyof In & string, string>>>>;
  readonly fields: Fields;
  /**
   * What becomes of a record for which nothing is found. Where all fields may be missing it goes on without them, unless said
   * otherwise here; else it is rejected (`dead-letter`), unless it is to be left out (`filter`).
   */
  readonly onMissing?: 'filter' | 'dead-letter';
}

/** A record with what was found for it, in place of what it had in fields of that name. */
export type Found<In, Fields extends Readonly<Record<string, FoundField>>> = Omit<In, keyof Fields> & RecordOf<Fields>;

/** Adds to each record what a table, a query or a service has for it. */
export function lookup<In, const Fields extends Readonly<Record<string, FoundField>>>(
  options: LookupFields<In, Fields> & LookupIn,
): Step<In, Found<In, Fields>> {
  const { on, fields, onMissing, ...where } = options;
  const mayMiss = Object.values<FoundField>(fields).every((field) => plainType(typeOf(field)).optional);
  const otherwise = mayMiss ? 'keep' : 'dead-letter';
  const added = Object.fromEntries(
    Object.entries<FoundField>(fields).map(([name, field]) => [name, addedField(name, field)]),
  );
  const all = { on, fields: added, onMissing: onMissing ?? otherwise, ...absolute(where) };
  return step((draft, from) => draft.add('lookup', all, [from]));
}

function typeOf(field: FoundField): Extract<FieldSpec, string> {
  return typeof field === 'string' ? field : field.type;
}

/** The field as the operators that add some are told of it. */
function addedField(name: string, field: FoundField): Record<string, unknown> {
  const { type, optional } = plainType(typeOf(field));
  const from = typeof field === 'string' ? name : field.column;
  return { from, required: !optional, ...HELD[type] };
}

const HELD: Readonly<Record<FieldType, { readonly type: string; readonly decimals?: number }>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'float' },
  money: { type: 'number', decimals: 4 },
  quantity: { type: 'number', decimals: 3 },
  boolean: { type: 'boolean' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
};

function absolute(where: LookupIn): LookupIn {
  if ('csv' in where) {
    const csv = typeof where.csv === 'string' ? { path: where.csv } : where.csv;
    return { csv: { ...csv, path: resolve(csv.path) } };
  }
  if ('sql' in where) return { ...where, sql: { ...where.sql, database: resolve(where.sql.database) } };
  return where;
}
