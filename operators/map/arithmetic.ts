import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { NumberColumn } from '../../engine/column.ts';
import { divideHalfEven, MONEY_SCALE, parseDecimal } from '../../engine/decimal.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { fieldColumn } from '../values/field-column.ts';
import { type OnFault, overflow, rescaled } from './fit.ts';
import type { Target } from './target.ts';

const Operands = Type.Tuple([Type.Union([Type.String(), Type.Number()]), Type.Union([Type.String(), Type.Number()])]);

/** Exactly one of the operations. */
export const Arithmetic = Type.Union([
  Type.Object({ add: Operands }, { additionalProperties: false, description: 'The sum of two fields or numbers.' }),
  Type.Object({ subtract: Operands }, { additionalProperties: false, description: 'The first less the second.' }),
  Type.Object(
    { multiply: Operands },
    { additionalProperties: false, description: 'Their product, rounded half to even.' },
  ),
]);
export type Arithmetic = Static<typeof Arithmetic>;

/** One operand: its values in units of 1/scale. */
interface Operand {
  readonly values: Float64Array;
  readonly scale: number;
  readonly isFloat: boolean;
}

/**
 * The result as a column: in the target's scale where it has one, else in the finer one of the operands. Missing where an
 * operand is. Exact, and rounded once, half to even, unless an operand is a float.
 */
export function compute(
  expression: Arithmetic,
  batch: Batch,
  target: Target,
  field: string,
  onFault: OnFault,
): NumberColumn {
  const [name, operands] = Object.entries(expression)[0] as [keyof typeof OPERATIONS, Static<typeof Operands>];
  const [a, b] = operands.map((operand) => operandOf(operand, batch)) as [Operand, Operand];
  if (a.isFloat || b.isFloat) return computeFloat(name, a, b);
  const finer = Math.max(a.scale, b.scale);
  const isDecimal = target.kind === 'number' && target.units.type === 'decimal';
  const scale = isDecimal ? target.units.scale : finer;
  const operation = OPERATIONS[name];
  const values = a.values.map((value, row) => {
    const result = operation(value, a.scale, b.values[row]!, b.scale, scale);
    if (Number.isNaN(result) || Number.isSafeInteger(result)) return result;
    onFault(row, overflow(field));
    return Number.NaN;
  });
  return new NumberColumn(scale === 1 ? 'integer' : 'decimal', values, scale);
}

type Operation = (a: number, aScale: number, b: number, bScale: number, scale: number) => number;

const OPERATIONS = {
  add: (a, aScale, b, bScale, scale) => sum(a, aScale, b, bScale, scale),
  subtract: (a, aScale, b, bScale, scale) => sum(a, aScale, -b, bScale, scale),
  multiply: (a, aScale, b, bScale, scale) => product(a, b, aScale * bScale, scale),
} satisfies Record<string, Operation>;

function sum(a: number, aScale: number, b: number, bScale: number, scale: number): number {
  const finer = Math.max(aScale, bScale);
  const total = rescaled(a, aScale, finer) + rescaled(b, bScale, finer);
  return Number.isSafeInteger(total) ? rescaled(total, finer, scale) : total && Number.POSITIVE_INFINITY;
}

/** a × b, which is in units of 1/from, in units of 1/to. */
function product(a: number, b: number, from: number, to: number): number {
  const result = a * b;
  if (Number.isNaN(result)) return result;
  if (from <= to) return result * (to / from);
  if (Number.isSafeInteger(result)) return divideHalfEven(result, from / to);
  return bigQuotient(BigInt(a) * BigInt(b), BigInt(from / to));
}

function bigQuotient(numerator: bigint, denominator: bigint): number {
  const size = numerator < 0n ? -numerator : numerator;
  const twice = 2n * (size % denominator);
  const quotient = size / denominator;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return Number(numerator < 0n ? -rounded : rounded);
}

function operandOf(operand: string | number, batch: Batch): Operand {
  if (typeof operand === 'number') return constantOperand(operand, batch.length);
  const column = fieldColumn(batch, operand);
  if (column.kind !== 'number' || column.type === 'date' || column.type === 'datetime') {
    throw new TillstreamError('bad_option', `arithmetic on "${operand}": expected a field that holds numbers`);
  }
  return { values: column.values, scale: column.scale, isFloat: column.type === 'float' };
}

function constantOperand(value: number, length: number): Operand {
  const isWhole = Number.isSafeInteger(value);
  const scaled = isWhole ? value : parseDecimal(String(value), MONEY_SCALE);
  const isExact = isWhole || scaled / MONEY_SCALE === value;
  const values = new Float64Array(length).fill(isExact ? scaled : value);
  return { values, scale: isWhole || !isExact ? 1 : MONEY_SCALE, isFloat: !isExact };
}

function computeFloat(name: keyof typeof OPERATIONS, a: Operand, b: Operand): NumberColumn {
  const values = a.values.map((value, row) => {
    const left = value / a.scale;
    const right = b.values[row]! / b.scale;
    if (name === 'multiply') return left * right;
    return name === 'add' ? left + right : left - right;
  });
  return new NumberColumn('float', values);
}
