import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { type Column, NumberColumn, type Value } from '../../engine/column.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { FieldTypes } from '../held/field-types.ts';
import { fieldColumn } from '../values/field-column.ts';
import { type Aggregation, OPERATIONS, type Packed, type State } from './operations.ts';

export const Aggregates = Type.Record(
  Type.String(),
  Type.Object(
    {
      op: Type.Union(
        (Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).map((op) => Type.Literal(op)),
        { description: 'What is made of the values; missing ones are left out.' },
      ),
      field: Type.Optional(Type.String({ description: 'Field with the values; `count` without one counts records.' })),
    },
    { additionalProperties: false },
  ),
  {
    description:
      'Field to what it is: `{ op: count }`, or `sum`, `min`, `max`, `mean`, `distinct` (how many different values), `first` or `last` (by time) of a `field`. Records are counted in `count` if nothing is named.',
    default: {},
  },
);
export type Aggregates = Static<typeof Aggregates>;

interface Named {
  readonly name: string;
  readonly field: string | undefined;
  readonly operation: Aggregation;
}

/** The values of one record, one for each aggregate. */
export type Values = readonly Value[];

/** What is computed of the records of one window and group. */
export class AggregateSet {
  readonly #all: readonly Named[];
  readonly #types: FieldTypes;

  /** Throws `bad_option` where an aggregate lacks its field, or takes the name of one that is there anyway. */
  constructor(aggregates: Aggregates, taken: readonly string[], types?: ConstructorParameters<typeof FieldTypes>[0]) {
    this.#types = new FieldTypes(types);
    // A default of this kind would be filled in beside what is given.
    const named = Object.keys(aggregates).length > 0 ? aggregates : { count: { op: 'count' as const } };
    this.#all = Object.entries<Aggregates[string]>(named).map(([name, { op, field }]) => {
      if (taken.includes(name)) throw badAggregate(name, 'the results have a field of that name already');
      if (field === undefined && op !== 'count') throw badAggregate(name, `${op} needs a field`);
      return { name, field, operation: OPERATIONS[op] };
    });
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  start(): State[] {
    return this.#all.map(({ operation }) => operation.start());
  }

  /** Reads what is aggregated, row by row. Throws `unknown_field`, or `not_a_number` where texts would be added up. */
  reader(batch: Batch): (row: number) => Values {
    const columns = this.#all.map((each) => this.#column(batch, each));
    return (row) => columns.map((column) => (column ? column.get(row) : 1));
  }

  /** Whether the sums stay exact. */
  fits(states: readonly State[], values: Values): boolean {
    return this.#all.every(({ operation, field }, i) => {
      const inexact = this.#types.get(field ?? '');
      if (inexact.kind === 'number' && inexact.type === 'float') return true;
      return operation.fits?.(states[i]!, values[i]!) ?? true;
    });
  }

  /** How many more values would be held. */
  growth(states: readonly State[], values: Values): number {
    let growth = 0;
    for (const [i, { operation }] of this.#all.entries()) growth += operation.growth?.(states[i]!, values[i]!) ?? 0;
    return growth;
  }

  /** How many values are held beside one state each. */
  weight(states: readonly State[]): number {
    return states.reduce<number>((sum, state, i) => sum + (this.#all[i]!.operation.weight?.(state) ?? 0), 0);
  }

  add(states: State[], values: Values, time: number): void {
    for (let i = 0; i < states.length; i++) {
      const value = values[i]!;
      if (value !== null) states[i] = this.#all[i]!.operation.add(states[i]!, value, time);
    }
  }

  /** The states of two sets of records, of which no record of the second is older than one of the first. */
  merged(earlier: readonly State[], later: readonly State[]): State[] {
    return this.#all.map(({ operation }, i) => operation.merge(earlier[i]!, later[i]!));
  }

  pack(states: readonly State[]): Packed[] {
    return states.map((state, i) => this.#all[i]!.operation.pack?.(state) ?? (state as Packed));
  }

  unpack(packed: readonly Packed[]): State[] {
    return packed.map((each, i) => this.#all[i]!.operation.unpack?.(each) ?? each);
  }

  results(states: readonly State[]): Value[] {
    return states.map((state, i) => {
      const { field, operation } = this.#all[i]!;
      return operation.result(state, field === undefined ? null : this.#types.get(field));
    });
  }

  /** Columns of results, one row for each element; null is a row of missing values. */
  columns(results: readonly (Values | null)[]): [string, Column][] {
    return this.#all.map(({ name, field, operation }, i) => {
      const type = operation.type(field === undefined ? null : this.#types.get(field));
      const values = results.map((each) => each?.[i] ?? null);
      if (type.kind !== 'number') return [name, this.#types.column(field ?? '', values)];
      const numbers = Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN));
      return [name, new NumberColumn(type.type, numbers, type.scale)];
    });
  }

  snapshot(): ReturnType<FieldTypes['snapshot']> {
    return this.#types.snapshot();
  }

  #column(batch: Batch, { name, field, operation }: Named): Column | null {
    if (field === undefined) return null;
    const column = fieldColumn(batch, field);
    this.#types.learn(field, column);
    const type = this.#types.get(field);
    if (operation.takes(type)) return column;
    const got = type.kind === 'number' ? `holds a ${type.type}` : 'holds texts';
    throw new TillstreamError(
      'not_a_number',
      `aggregate "${name}": field "${field}" ${got}, expected numbers; read them before, as \`validate\` does`,
    );
  }
}

function badAggregate(name: string, message: string): TillstreamError {
  return new TillstreamError('bad_option', `aggregate "${name}": ${message}`);
}
