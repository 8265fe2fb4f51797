import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { type Column, NumberColumn } from '../../engine/column.ts';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import type { Fault } from '../../engine/operator.ts';
import { Fitter } from '../map/fit.ts';
import { type Target, targetOf } from '../map/target.ts';
import { plainValue } from '../values/exact-json.ts';
import { notOfType } from '../values/type-words.ts';
import { type Units, unitsOf } from '../values/units.ts';

const TYPES = ['string', 'integer', 'number', 'float', 'boolean', 'date', 'datetime'] as const;

const From = Type.Object(
  {
    from: Type.String({ description: 'Name or path of what it is taken from.' }),
    type: Type.Optional(
      Type.Union(
        TYPES.map((name) => Type.Literal(name)),
        { description: '`number` is exact, with up to `decimals` places; `float` is not.' },
      ),
    ),
    decimals: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 9, description: 'Decimal places of a `number`, 4 unless given.' }),
    ),
    required: Type.Optional(
      Type.Boolean({ description: 'Whether a record for which it is empty where something is found is rejected.' }),
    ),
  },
  { additionalProperties: false },
);

/** Field to where its value comes from. */
export const AddedFieldsOption = Type.Record(Type.String(), Type.Union([Type.String(), From]), { minProperties: 1 });
export type AddedFieldsOption = Static<typeof AddedFieldsOption>;

/** What the fields of one record are set to: texts, or numbers in the units of the field. */
export type AddedValues = readonly (string | number | null)[];
type Read = { readonly value: AddedValues } | { readonly fault: Fault };

/** The faults that {@link AddedFields.read} finds. */
export const ADDED_REASONS: Readonly<Record<string, string>> = {
  not_an_integer: 'What was found for a field is no whole number.',
  not_a_number: 'What was found for a field is no number.',
  not_a_date: 'What was found for a field is no date or time.',
  not_a_boolean: 'What was found for a field is neither true nor false.',
  missing_value: 'What was found has no value for a field that needs one, or a field that the request needs has none.',
};

/** Fields that are set from what was found elsewhere. Each is of the type given, else as the field is held already, else text. */
export class AddedFields {
  readonly #fields: readonly {
    name: string;
    from: string;
    units: Units | 'text' | null;
    required: boolean;
    fitter: Fitter;
  }[];
  #targets: { readonly batch: Batch; readonly of: readonly Target[] } | null = null;

  constructor(option: AddedFieldsOption) {
    this.#fields = Object.entries(option).map(([name, given]) => {
      const { from, required = false, ...type } = typeof given === 'string' ? { from: given } : given;
      return { name, from, units: unitsFor(type), required, fitter: new Fitter(name) };
    });
  }

  /** The names or paths that values are taken from. */
  get sources(): readonly string[] {
    return this.#fields.map(({ from }) => from);
  }

  /** No value in any field. */
  get nothing(): AddedValues {
    return this.#fields.map(() => null);
  }

  /** The values for a record of `batch`, of what `find` gives for a name or path; or what is wrong with one. */
  read(batch: Batch, find: (from: string) => unknown): Read {
    const targets = this.#targetsOf(batch);
    const value: (string | number | null)[] = [];
    for (const [i, { name, from, required }] of this.#fields.entries()) {
      const text = plainValue(find(from))?.trim() || null;
      if (required && text === null) {
        const message = `${name}: expected a value in "${from}" of what was found, got none`;
        return { fault: { code: 'missing_value', field: name, message } };
      }
      const target = targets[i]!;
      if (target.kind !== 'number' || text === null) value.push(text);
      else {
        const { units } = target;
        const number = unitsOf(units.type === 'datetime' || units.type === 'date' ? wallClock(text) : text, units);
        if (number === null) return { fault: notOfType(units.type, name, text) };
        value.push(number);
      }
    }
    return { value };
  }

  /** The batch with the fields; `values` has one entry for each record. */
  assemble(batch: Batch, values: readonly AddedValues[]): Batch {
    const targets = this.#targetsOf(batch);
    const columns = this.#fields.map(({ name, fitter }, i): [string, Column] => {
      const target = targets[i]!;
      if (target.kind !== 'number') {
        const texts = values.map((row) => row[i] as string | null);
        // What comes from a table or a service repeats.
        return [name, fitter.texts(texts, target.kind === 'any' ? 'dictionary' : target.kind)];
      }
      const numbers = Float64Array.from(values, (row) => (row[i] as number | null) ?? Number.NaN);
      return [name, new NumberColumn(target.units.type, numbers, target.units.scale)];
    });
    return batch.with({ columns });
  }

  #targetsOf(batch: Batch): readonly Target[] {
    if (this.#targets?.batch === batch) return this.#targets.of;
    const of = this.#fields.map(({ name, units }): Target => {
      if (units === null) return targetOf(batch, name);
      return units === 'text' ? { kind: 'any' } : { kind: 'number', units };
    });
    this.#targets = { batch, of };
    return of;
  }
}

function unitsFor({ type, decimals = 4 }: Pick<Static<typeof From>, 'type' | 'decimals'>): Units | 'text' | null {
  if (type === undefined) return null;
  if (type === 'string') return 'text';
  if (type === 'number') return { type: 'decimal', scale: decimals === 4 ? MONEY_SCALE : 10 ** decimals };
  return { type, scale: 1 };
}

/** An ISO time without fractions of a second and without its time zone: what a clock on the wall shows there. */
function wallClock(text: string): string {
  return text.replace(/(:\d\d)[.,]\d+/, '$1').replace(/(T.*?)(Z|[+-]\d\d:?\d\d)$/, '$1');
}
