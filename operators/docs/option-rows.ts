import type { TSchema } from '@sinclair/typebox';

/** One option, or a part of one, as the page lists it. */
export interface OptionRow {
  /** `where`, and for parts `where[].field`. */
  readonly path: string;
  readonly type: string;
  /** As JSON; empty where there is none. */
  readonly default: string;
  readonly description: string;
  readonly required: boolean;
}

/** The options that a TypeBox object describes, each followed by its parts. */
export function optionRows(schema: TSchema, prefix = ''): OptionRow[] {
  const required: readonly string[] = schema.required ?? [];
  return Object.entries((schema.properties ?? {}) as Record<string, TSchema>).flatMap(([name, option]) => {
    const path = `${prefix}${name}`;
    const row: OptionRow = {
      path,
      type: typeOf(option),
      default: option.default === undefined ? '' : JSON.stringify(option.default),
      description: option.description ?? '',
      required: required.includes(name) && option.default === undefined,
    };
    const isList = option.type === 'array';
    return [row, ...optionRows(isList ? option.items : option, isList ? `${path}[].` : `${path}.`)];
  });
}

function typeOf(schema: TSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const alternatives: TSchema[] | undefined = schema.anyOf;
  if (alternatives) return [...new Set(alternatives.map(typeOf))].join(' | ');
  if (schema.type === 'array') return Array.isArray(schema.items) ? 'list' : `list of ${typeOf(schema.items)}`;
  if (schema.patternProperties) {
    const [value] = Object.values(schema.patternProperties as Record<string, TSchema>);
    return `name to ${value ? typeOf(value) : 'any'}`;
  }
  return schema.type ?? 'any';
}
