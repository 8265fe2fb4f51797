import { TillstreamError } from '../../engine/errors.ts';
import {
  type CanonicalDefaults,
  type CanonicalField,
  type CanonicalMap,
  canonicalField,
} from '../dataset/canonical.ts';
import { matchHeader } from '../dataset/header.ts';
import type { ContractMode, FieldDescriptor } from '../dataset/schema.ts';
import { OWN_PREFIX } from '../dead-letter/added-columns.ts';
import type { AttributeTyping } from './attributes.ts';
import type { ColumnTyping } from './column-typing.ts';
import { type CellDefaults, compileAttribute, compileColumn } from './compile.ts';

export interface TypingOptions extends CellDefaults {
  readonly fields: readonly FieldDescriptor[];
  readonly map: CanonicalMap;
  readonly defaults: CanonicalDefaults;
  readonly contract: { readonly columns: ContractMode; readonly types: ContractMode };
  readonly attributes: boolean;
}

/** What is done with one field of the file, or one column that is no field. */
export interface FieldPlan {
  readonly field: FieldDescriptor;
  /** Name of the file's column; null where the file has none. */
  readonly column: string | null;
  /** Canonical columns made of it. */
  readonly typings: readonly { readonly target: CanonicalField; readonly typing: ColumnTyping }[];
  /** The member of the attributes made of it. */
  readonly attribute: AttributeTyping | null;
  /** Whether the attribute is kept, or only checked. */
  readonly kept: boolean;
  /** Not a field of the dataset, and no record may have a value there. */
  readonly unexpected: boolean;
}

/** What to do with each field, in the order of the dataset, then with the columns that are none, in the order of the file. */
export function planFields(options: TypingOptions, header: readonly string[]): FieldPlan[] {
  const fields = withMapped(options);
  const { columns, extra } = matchHeader(fields, header);
  // A file of rejected records says why in columns of its own, which are no part of the data.
  const extras = extra.map((i) => header[i]!).filter((name) => !name.startsWith(OWN_PREFIX));
  if (extras.length > 0 && options.contract.columns === 'freeze') throw frozen(extras);
  const declared = fields.map((field) => {
    const position = columns.get(field.name);
    return planField(options, field, position === undefined ? null : header[position]!);
  });
  if (options.contract.columns === 'discard_value') return declared;
  return [...declared, ...extras.map((name) => planExtra(options, name))];
}

/** The fields, and those that are mapped without being described. */
function withMapped({ fields, map }: TypingOptions): FieldDescriptor[] {
  const known = new Set(fields.map(({ name }) => name));
  const others = new Set(Object.values(map).filter((name) => !known.has(name)));
  return [...fields, ...Array.from(others, (name) => ({ name }))];
}

function planField(options: TypingOptions, field: FieldDescriptor, column: string | null): FieldPlan {
  const targets = Object.entries(options.map).filter(([, name]) => name === field.name);
  const typings = targets.map(([name]) => {
    const target = canonicalField(name)!;
    return { target, typing: compileColumn(field, target, options) };
  });
  const matters = options.attributes || field.constraints !== undefined || (field.type ?? 'string') !== 'string';
  const attribute = typings.length === 0 && matters ? compileAttribute(field, options) : null;
  return { field, column, typings, attribute, kept: options.attributes, unexpected: false };
}

function planExtra(options: TypingOptions, name: string): FieldPlan {
  const field = { name };
  const unexpected = options.contract.columns === 'discard_row';
  return {
    field,
    column: name,
    typings: [],
    attribute: compileAttribute(field, options),
    kept: options.attributes,
    unexpected,
  };
}

function frozen(names: readonly string[]): TillstreamError {
  const list = names.map((name) => `"${name}"`).join(', ');
  return new TillstreamError(
    'unexpected_columns',
    `expected only the columns of the dataset, as its contract freezes them; the file also has ${list}`,
  );
}
