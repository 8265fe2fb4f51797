import { MONEY_SCALE, parseDecimal } from '../../engine/decimal.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { CanonicalField } from '../dataset/canonical.ts';
import type { FieldDescriptor } from '../dataset/schema.ts';
import { AttributeTyping } from './attributes.ts';
import { BooleanFormat } from './boolean.ts';
import { CellRules } from './cell-rules.ts';
import type { ColumnTyping } from './column-typing.ts';
import { dateFormat } from './date.ts';
import { DictionaryTyping } from './dictionary-column.ts';
import { FloatFormat } from './float.ts';
import type { NumberFormat } from './format.ts';
import { IdentifierTyping } from './identifier-column.ts';
import { Limits } from './limits.ts';
import { DecimalFormat } from './number.ts';
import { NumberTyping } from './number-column.ts';
import { numberText, plainText, STRING, type TextFormat } from './text.ts';
import { TextCells } from './text-cells.ts';

/** What the dataset says for all its fields. */
export interface CellDefaults {
  readonly missingValues: readonly string[];
  readonly trim: boolean;
}

/** More than the whole price is no discount: such a number is most often a percentage written without its sign. */
const NO_MORE_THAN_ALL = { discount: 1 } as const;

/** How the cells of `field` become the canonical column `target`. Throws `bad_field` or `bad_date_format`. */
export function compileColumn(field: FieldDescriptor, target: CanonicalField, defaults: CellDefaults): ColumnTyping {
  switch (target.kind) {
    case 'time':
      return numberTyping(field, timeFormat(field, target), defaults);
    case 'integer':
    case 'decimal':
      return numberTyping(withImplied(field, target), decimalFormat(field, target), defaults);
    case 'identifier':
      return new IdentifierTyping(textCells(field, defaults));
    default:
      return new DictionaryTyping(textCells(field, defaults));
  }
}

/** How the cells of `field` become a member of the attributes. */
export function compileAttribute(field: FieldDescriptor, defaults: CellDefaults): AttributeTyping {
  return new AttributeTyping(field.name, textCells(field, defaults));
}

function withImplied(field: FieldDescriptor, target: CanonicalField): FieldDescriptor {
  if (target.name !== 'discount') return field;
  return { ...field, constraints: { maximum: NO_MORE_THAN_ALL.discount, ...field.constraints } };
}

/** How the cells of `field`, written in that format, become numbers. */
export function numberTyping(field: FieldDescriptor, format: NumberFormat, defaults: CellDefaults): NumberTyping {
  return new NumberTyping(format, cellRules(field, defaults, false), limitsOf(field, format));
}

function timeFormat(field: FieldDescriptor, target: CanonicalField): NumberFormat {
  const { name, type = 'string', format } = field;
  if (type === 'date' || type === 'datetime') return dateFormat(name, type, format);
  if (type === 'string') return dateFormat(name, 'datetime', format ?? 'any');
  throw misfit(field, target, 'a date or datetime');
}

function decimalFormat(field: FieldDescriptor, target: CanonicalField): NumberFormat {
  const { type = 'string' } = field;
  if (type === 'date' || type === 'datetime' || type === 'boolean') throw misfit(field, target, 'a number');
  return new DecimalFormat({ ...field, field: field.name, scale: target.scale, whole: type === 'integer' });
}

function misfit(field: FieldDescriptor, target: CanonicalField, expectation: string): TillstreamError {
  const message = `field "${field.name}": expected ${expectation}, as it is mapped to ${target.name}; its type is ${field.type}`;
  return new TillstreamError('bad_field', message);
}

function textCells(field: FieldDescriptor, defaults: CellDefaults): TextCells {
  const isText = (field.type ?? 'string') === 'string';
  return new TextCells(cellRules(field, defaults, isText), textFormat(field));
}

function textFormat(field: FieldDescriptor): TextFormat {
  const { name, type = 'string', format, trueValues, falseValues } = field;
  if (type === 'string') return STRING;
  if (type === 'integer' || type === 'number') {
    const limits = limitsOf(field, new DecimalFormat({ ...field, field: name, scale: MONEY_SCALE }));
    return limited(numberText(name, type === 'integer', field), limits, (text) => parseDecimal(text, MONEY_SCALE));
  }
  const made = type === 'boolean' ? new BooleanFormat(name, trueValues, falseValues) : dateFormat(name, type, format);
  return limited(plainText(made), limitsOf(field, made), (text) => {
    const value =
      type === 'boolean' ? Number(text === 'true') : Date.parse(text.includes('T') ? `${text}Z` : text) / 1000;
    return value;
  });
}

function limited(format: TextFormat, limits: Limits, typed: (text: string) => number): TextFormat {
  if (!limits.any) return format;
  return {
    bare: format.bare,
    parse: (raw) => {
      const text = format.parse(raw);
      if (typeof text !== 'string') return text;
      const value = typed(text);
      return limits.allows(value) ? text : limits.fault(value, raw);
    },
  };
}

function cellRules(field: FieldDescriptor, defaults: CellDefaults, isText: boolean): CellRules {
  const { enum: allowed, ...constraints } = field.constraints ?? {};
  return new CellRules({
    field: field.name,
    missingValues: field.missingValues ?? defaults.missingValues,
    trim: defaults.trim,
    constraints: { ...constraints, ...(allowed && isText && { enum: allowed.map(String) }) },
  });
}

/** Limits are written plainly (`0.5`, `2026-12-31`), or as the field writes its values. */
function limitsOf(field: FieldDescriptor, format: NumberFormat): Limits {
  const { minimum, maximum, enum: allowed } = field.constraints ?? {};
  const plain = plainFormat(field, format);
  const read = (bound: string) => {
    for (const value of [plain.parse(bound), format.parse(bound)]) if (typeof value === 'number') return value;
    throw new TillstreamError(
      'bad_field',
      `field "${field.name}": expected a limit of type ${field.type ?? 'string'}, got "${bound}"`,
    );
  };
  return new Limits({ field: field.name, minimum, maximum, enum: allowed, read });
}

function plainFormat(field: FieldDescriptor, format: NumberFormat): NumberFormat {
  if (format.type === 'boolean') return new BooleanFormat(field.name);
  if (format.type === 'date' || format.type === 'datetime') return dateFormat(field.name, format.type);
  if (format.type === 'float') return new FloatFormat(field.name, {});
  return new DecimalFormat({ field: field.name, scale: format.scale });
}
