import { Type } from '@sinclair/typebox';
import type { FieldValues } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator, OperatorContext, Outputs } from '../../engine/operator.ts';
import type { FieldType } from './fields.ts';
import { typedColumn } from './fields.ts';
import { type Step, step } from './parts.ts';

/** What a function is given besides the record: clock, randomness and the signal to stop. */
export type StepContext = Pick<OperatorContext, 'now' | 'random' | 'signal' | 'split'>;

/** Types of fields that the compiler cannot tell from their values: that a number is money, or a time. */
export type FieldTypesOf<Out> = { readonly [Name in keyof Out]?: FieldType };

/** Makes each record into another. On a record for which it throws, a dead letter is written and the others go on. */
export function map<In, Out extends object>(
  change: (record: In, context: StepContext) => Out | Promise<Out>,
  types: FieldTypesOf<Out> = {},
): Step<In, Out> {
  const call = (record: FieldValues, _: unknown, context: OperatorContext) => change(record as In, context);
  return closure('map', change, types, (spec) => defineOperator({ ...spec, map: call as never }));
}

/** Keeps the records for which it says so; the others are counted as filtered. With a type guard, what goes on is of its type. */
export function filter<In, Out extends In>(keep: (record: In, context: StepContext) => record is Out): Step<In, Out>;
export function filter<In>(keep: (record: In, context: StepContext) => boolean | Promise<boolean>): Step<In, In>;
export function filter<In>(keep: (record: In, context: StepContext) => boolean | Promise<boolean>): Step<In, In> {
  const call = (record: FieldValues, _: unknown, context: OperatorContext) => keep(record as In, context);
  return closure('filter', keep, {}, (spec) => defineOperator({ ...spec, filter: call }));
}

/** Makes each record into any number of others. */
export function flatMap<In, Out extends object>(
  change: (record: In, context: StepContext) => readonly Out[] | Promise<readonly Out[]>,
  types: FieldTypesOf<Out> = {},
): Step<In, Out> {
  const call = (record: FieldValues, _: unknown, context: OperatorContext) => change(record as In, context);
  return closure('flat-map', change, types, (spec) => defineOperator({ ...spec, flatMap: call as never }));
}

/** What an operator made of a function says of itself. */
export interface ClosureSpec {
  readonly name: string;
  readonly summary: string;
  readonly options: typeof ClosureOptions;
}

const ClosureOptions = Type.Object({
  source: Type.String({ description: 'Text of the function: another one makes another pipeline.' }),
});

export function closureSpec(name: string): ClosureSpec {
  return { name, summary: 'A function of the pipeline.', options: ClosureOptions };
}

/** A step of a function of the pipeline. */
export function closure<In, Out>(
  name: string,
  run: (...args: never[]) => unknown,
  types: Readonly<Record<string, FieldType | undefined>>,
  define: (spec: ClosureSpec) => Operator,
): Step<In, Out> {
  const operator = typed(define(closureSpec(name)), types);
  const source = `${run} ${JSON.stringify(types)}`;
  return step((draft, from) => draft.add(operator, { source }, [from]));
}

/** The operator, with the columns of what it emits known for what they are. */
function typed(operator: Operator, types: Readonly<Record<string, FieldType | undefined>>): Operator {
  const { create } = operator;
  if (!create || Object.keys(types).length === 0) return operator;
  return {
    ...operator,
    create: (options, context) => {
      const instance = create(options, context);
      return {
        keepsNothing: instance.keepsNothing === true,
        process: (batch, out, input) => instance.process(batch, typedOutputs(out, types), input),
        checkpoint: (out) => instance.checkpoint?.(typedOutputs(out, types)),
        flush: (out) => instance.flush?.(typedOutputs(out, types)),
        close: () => instance.close?.(),
      };
    },
  };
}

function typedOutputs(out: Outputs, types: Readonly<Record<string, FieldType | undefined>>): Outputs {
  return {
    emit: (batch) => {
      const known = Object.entries(types).filter(([name, type]) => type && batch.columns.has(name));
      return out.emit(
        batch.with({ columns: known.map(([name, type]) => [name, typedColumn(batch.column(name), type!)]) }),
      );
    },
    deadLetter: (batch, row, faults) => out.deadLetter(batch, row, faults),
    filtered: (batch, rows, reason) => out.filtered(batch, rows, reason),
    written: (tallies) => out.written(tallies),
    late: (batch, rows) => out.late(batch, rows),
    watermark: (seconds) => out.watermark(seconds),
  };
}
