import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { type Column, NumberColumn, TextColumn } from '../../engine/column.ts';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { fieldColumn } from '../values/field-column.ts';
import { type Constant, rangeOf, type Units, unitsOf } from '../values/units.ts';
import { Arithmetic, compute } from './arithmetic.ts';
import { Fitter, misfit, type OnFault } from './fit.ts';
import { type Target, targetOf } from './target.ts';
import { TextChanger, TextSteps, textChange } from './text-steps.ts';

const ConstantOption = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const From = Type.Object(
  {
    from: Type.String({ description: 'Field to take; `attributes.NAME` for a column that is not mapped.' }),
    ...TextSteps,
    default: Type.Optional(Type.Union(ConstantOption.anyOf, { description: 'What stands where there is no value.' })),
  },
  { additionalProperties: false, description: 'Another field, or the same, changed.' },
);

/** What a field is set to: a constant, another field, or the result of an operation on two. */
export const AssignmentOptions = Type.Union([...ConstantOption.anyOf, Type.Null(), From, ...Arithmetic.anyOf]);
export type AssignmentOptions = Static<typeof AssignmentOptions>;

type Compute = (batch: Batch, target: Target, onFault: OnFault) => Column;

/** One field that is set. */
export class Assignment {
  readonly field: string;
  readonly #compute: Compute;

  constructor(field: string, options: AssignmentOptions) {
    this.field = field;
    const fitter = new Fitter(field);
    if (options === null || typeof options !== 'object') {
      this.#compute = (batch, target) => constantColumn(field, options, batch.length, target, fitter);
    } else if ('from' in options) {
      this.#compute = takenFrom(field, options, fitter);
    } else {
      this.#compute = (batch, target, onFault) =>
        fitter.fit(compute(options, batch, target, field, onFault), target, onFault);
    }
  }

  /** The field's column for a batch; rows where it can't be computed are told to `onFault`. */
  column(batch: Batch, onFault: OnFault): Column {
    return this.#compute(batch, targetOf(batch, this.field), onFault);
  }
}

function takenFrom(field: string, options: Static<typeof From>, fitter: Fitter): Compute {
  const change = textChange(options);
  const changer = change && new TextChanger(change);
  return (batch, target, onFault) => {
    const source = fieldColumn(batch, options.from);
    const changed = changer ? changer.apply(source) : source;
    const column = Array.isArray(changed) ? textsLike(source, changed, target, fitter) : changed;
    const fitted = fitter.fit(column, target, onFault);
    return options.default === undefined ? fitted : filled(field, fitted, options.default, fitter);
  };
}

/** Changed texts of a field without a kind of its own are held as those that they came from. */
function textsLike(source: Column, texts: readonly (string | null)[], target: Target, fitter: Fitter): Column {
  return target.kind === 'any' && source.kind === 'identifier'
    ? fitter.texts(texts, 'identifier')
    : new TextColumn(texts);
}

function filled(field: string, column: Column, constant: Constant, fitter: Fitter): Column {
  if (column.kind === 'number') {
    const value = numberFor(field, constant, column);
    const values = column.values.map((each) => (Number.isNaN(each) ? value : each));
    return new NumberColumn(column.type, values, column.scale);
  }
  const texts = Array.from({ length: column.length }, (_, row) => column.get(row) ?? String(constant));
  return fitter.texts(texts, column.kind === 'bytes' ? 'text' : column.kind);
}

function constantColumn(
  field: string,
  constant: Constant | null,
  length: number,
  target: Target,
  fitter: Fitter,
): Column {
  const units = target.kind === 'number' ? target.units : unitsFor(constant);
  if (units) {
    const value = constant === null ? Number.NaN : numberFor(field, constant, units);
    return new NumberColumn(units.type, new Float64Array(length).fill(value), units.scale);
  }
  const text = constant === null ? null : String(constant);
  const kind = target.kind === 'any' || target.kind === 'number' ? 'dictionary' : target.kind;
  return fitter.texts(Array<string | null>(length).fill(text), kind);
}

/** How a constant is held in a field of its own: numbers with a fraction as decimals of four places where that is exact. */
function unitsFor(constant: Constant | null): Units | null {
  if (typeof constant === 'boolean') return { type: 'boolean', scale: 1 };
  if (typeof constant !== 'number') return null;
  if (Number.isSafeInteger(constant)) return { type: 'integer', scale: 1 };
  const decimal = { type: 'decimal', scale: MONEY_SCALE } as const;
  const range = rangeOf(constant, decimal);
  return range && range.low === range.high ? decimal : { type: 'float', scale: 1 };
}

function numberFor(field: string, constant: Constant, units: Units): number {
  const value = unitsOf(constant, units);
  if (value !== null) return value;
  throw new TillstreamError('bad_option', misfit(field, constant, units));
}
