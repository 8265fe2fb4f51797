import { type Static, Type } from '@sinclair/typebox';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import type { CanonicalField } from '../dataset/canonical.ts';
import { FieldDescriptor } from '../dataset/schema.ts';
import { BooleanFormat } from '../formats/boolean.ts';
import type { ColumnTyping } from '../formats/column-typing.ts';
import { type CellDefaults, compileColumn, numberTyping } from '../formats/compile.ts';
import { FloatFormat } from '../formats/float.ts';

/** What the values of a field can be. */
export const CAST_TYPES = ['string', 'integer', 'number', 'money', 'quantity', 'boolean', 'date', 'datetime'] as const;
export type CastType = (typeof CAST_TYPES)[number];

const QUANTITY_SCALE = 1_000;

const { constraints: _constraints, type: _type, ...properties } = FieldDescriptor.properties;

/** A field descriptor of Table Schema with more types; `optional` in place of the constraint that a value is required. */
export const CastField = Type.Object(
  {
    ...properties,
    type: Type.Union(
      CAST_TYPES.map((each) => Type.Literal(each)),
      {
        description:
          'money counts 1/10,000 of the unit and quantity 1/1,000, exactly; number is as the machine counts; dates are seconds since 1970; booleans are 1 and 0.',
        default: 'string',
      },
    ),
    optional: Type.Boolean({ description: 'Whether a record may have no value here.', default: false }),
    constraints: Type.Optional(
      Type.Omit(FieldDescriptor.properties.constraints, ['required'], { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
export type CastField = Static<typeof CastField>;

/** How the cells of a field become a column of its type. Throws `bad_field` or `bad_date_format`. */
export function castTyping({ type, optional, ...rest }: CastField, defaults: CellDefaults): ColumnTyping {
  const field: FieldDescriptor = {
    ...rest,
    type: type === 'money' || type === 'quantity' ? 'number' : type,
    constraints: { ...rest.constraints, required: !optional },
  };
  if (type === 'number') return numberTyping(field, new FloatFormat(field.name, field), defaults);
  if (type === 'boolean') {
    return numberTyping(field, new BooleanFormat(field.name, field.trueValues, field.falseValues), defaults);
  }
  return compileColumn(field, target(field.name, type), defaults);
}

function target(name: string, type: Exclude<CastType, 'number' | 'boolean'>): CanonicalField {
  const held = HELD[type];
  return { name, meaning: '', scale: 1, ...held };
}

const HELD: Readonly<
  Record<Exclude<CastType, 'number' | 'boolean'>, Pick<CanonicalField, 'kind'> & { scale?: number }>
> = {
  string: { kind: 'dictionary' },
  integer: { kind: 'integer' },
  money: { kind: 'decimal', scale: MONEY_SCALE },
  quantity: { kind: 'decimal', scale: QUANTITY_SCALE },
  date: { kind: 'time' },
  datetime: { kind: 'time' },
};
