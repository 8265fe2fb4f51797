import { type Column, NumberColumn } from '../../engine/column.ts';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import type { CastField } from '../../operators/cast/field.ts';

/** What the values of a field are. Times are seconds since 1970, booleans 1 and 0; `?` allows a record to have no value. */
export type FieldType = 'text' | 'integer' | 'number' | 'money' | 'quantity' | 'boolean' | 'date' | 'datetime';

/** A type, with `?` where a record may have no value, or all there is to say of a field, after Table Schema. */
export type FieldSpec =
  | FieldType
  | `${FieldType}?`
  | ({ readonly type: FieldType | `${FieldType}?`; readonly column?: string } & FieldDetails);

type FieldDetails = Omit<Partial<CastField>, 'type' | 'optional' | 'name'>;

export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

type TypeOf<Spec> = Spec extends { readonly type: infer Type } ? Type : Spec;
type ValueOf<Type> = Type extends `${infer Plain}?` ? ValueOf<Plain> | null : Type extends 'text' ? string : number;

/** The record that such fields make. */
export type RecordOf<Specs extends FieldSpecs> = { readonly [Name in keyof Specs]: ValueOf<TypeOf<Specs[Name]>> };

/** A type apart from whether there may be no value. */
export function plainType(type: FieldType | `${FieldType}?`): { type: FieldType; optional: boolean } {
  return { type: type.replace('?', '') as FieldType, optional: type.endsWith('?') };
}

/** The fields as `cast` is told of them. */
export function castFields(specs: FieldSpecs): Partial<CastField>[] {
  return Object.entries(specs).map(([name, spec]) => {
    const { type, column, ...details } = typeof spec === 'string' ? { type: spec } : spec;
    const { type: plain, optional } = plainType(type);
    return {
      ...details,
      name,
      type: plain === 'text' ? 'string' : plain,
      optional,
      ...(column !== undefined && { aliases: [column, ...(details.aliases ?? [])] }),
    };
  });
}

const SCALES: Partial<Record<FieldType, number>> = { money: MONEY_SCALE, quantity: 1_000 };

/** The same numbers, known for what they are. Columns of texts stay. */
export function typedColumn(column: Column, type: FieldType): Column {
  if (column.kind !== 'number' || type === 'text') return column;
  const scale = SCALES[type];
  if (scale !== undefined) return new NumberColumn('decimal', column.values, scale);
  return new NumberColumn(type === 'number' ? 'float' : (type as 'integer'), column.values);
}
