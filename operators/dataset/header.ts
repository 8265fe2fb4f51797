import type { FieldDescriptor } from './schema.ts';

/** A column's name as it is compared: without case, accents, spaces and punctuation. `Unit Price` and `unit_price` are one. */
export function headerKey(name: string): string {
  const key = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
  // A name of signs only (`#`, `%`) has nothing else to be known by.
  return key === '' ? name.trim() : key;
}

/** What a field can be found by. */
export type NamedField = Pick<FieldDescriptor, 'name' | 'aliases'>;

/** Which column of a file holds which field. */
export interface HeaderMatch {
  /** Field name to position in the header. */
  readonly columns: ReadonlyMap<string, number>;
  /** Fields that no column holds. */
  readonly missing: readonly NamedField[];
  /** Positions of the columns that are no field. */
  readonly extra: readonly number[];
}

/** Finds the fields in a header: by name first, then by alias; each column is of one field at most. */
export function matchHeader(fields: readonly NamedField[], header: readonly string[]): HeaderMatch {
  const positions = new Map<string, number>();
  header.forEach((name, i) => {
    if (!positions.has(headerKey(name))) positions.set(headerKey(name), i);
  });
  const columns = new Map<string, number>();
  const taken = new Set<number>();
  const take = (field: NamedField, names: readonly string[]) => {
    if (columns.has(field.name)) return;
    const at = names.map((name) => positions.get(headerKey(name))).find((i) => i !== undefined && !taken.has(i));
    if (at === undefined) return;
    columns.set(field.name, at);
    taken.add(at);
  };
  for (const field of fields) take(field, [field.name]);
  for (const field of fields) take(field, field.aliases ?? []);
  return {
    columns,
    missing: fields.filter(({ name }) => !columns.has(name)),
    extra: header.map((_, i) => i).filter((i) => !taken.has(i)),
  };
}
