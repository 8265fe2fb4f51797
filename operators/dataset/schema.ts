import { type Static, type TLiteral, type TSchema, type TUnion, Type } from '@sinclair/typebox';
import { Dialect } from '../csv/dialect.ts';
import { CanonicalDefaults, CanonicalMap } from './canonical.ts';
import { AlertSettings } from './settings/alerts.ts';
import { JobSettings } from './settings/jobs.ts';
import { MonitoringSettings } from './settings/monitoring.ts';

/** One of the words given; in the JSON Schema, a choice that editors complete. */
function oneOf<Word extends string>(words: readonly Word[], options: object): TUnion<TLiteral<Word>[]> {
  return Type.Union(
    words.map((word) => Type.Literal(word)),
    options,
  );
}

const closed = <T extends Record<string, TSchema>>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

const text = (description: string) => Type.Optional(Type.String({ description }));
const texts = (description: string) => Type.Array(Type.String(), { description });
const names = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description, uniqueItems: true });

/** Types of Table Schema that a field can have here. */
export const FIELD_TYPES = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const;

const Bound = Type.Union([Type.Number(), Type.String()]);

export const Constraints = closed(
  {
    required: Type.Optional(Type.Boolean({ description: 'A record without a value here is rejected.' })),
    minimum: Type.Optional(
      Type.Union(Bound.anyOf, { description: 'Least value allowed; a date is written as in ISO 8601.' }),
    ),
    maximum: Type.Optional(Type.Union(Bound.anyOf, { description: 'Greatest value allowed.' })),
    minLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Least number of characters.' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Greatest number of characters.' })),
    pattern: text('Regular expression that the whole value must match.'),
    enum: Type.Optional(
      Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
        minItems: 1,
        description: 'The values allowed.',
      }),
    ),
  },
  { description: 'What a value must satisfy, after Table Schema.' },
);
export type Constraints = Static<typeof Constraints>;

/** A field descriptor of Frictionless Table Schema, with `aliases` added. */
export const FieldDescriptor = closed({
  name: Type.String({ minLength: 1, description: "The column's name in the header." }),
  title: text('Name for people.'),
  description: text('What the field holds.'),
  type: Type.Optional(oneOf(FIELD_TYPES, { description: 'Type of its values; string unless said otherwise.' })),
  format: text(
    "How a date is written, in strptime's words (%d/%m/%Y %H:%M), or default, any, any_day_first, any_month_first, epoch, epoch_ms.",
  ),
  constraints: Type.Optional(Constraints),
  missingValues: Type.Optional(texts('Texts that mean there is no value; in place of those of the dataset.')),
  decimalChar: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'Decimal sign of its numbers.' })),
  groupChar: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'Sign between groups of digits.' })),
  bareNumber: Type.Optional(
    Type.Boolean({ description: 'false: currency signs, percent and units around a number are left out.' }),
  ),
  trueValues: Type.Optional(texts('Texts that mean true.')),
  falseValues: Type.Optional(texts('Texts that mean false.')),
  aliases: Type.Optional(names('Other names that the column has in some files.')),
});
export type FieldDescriptor = Static<typeof FieldDescriptor>;

const Match = closed(
  {
    files: Type.Optional(names('Glob patterns for the file name; a file must match one of them.')),
    header: Type.Optional(
      names('Columns that a file must have; unless said otherwise, the required fields, or all if none is.'),
    ),
  },
  { description: 'Which files are of this dataset.' },
);

export const CONTRACT_MODES = ['evolve', 'freeze', 'discard_row', 'discard_value'] as const;
export type ContractMode = (typeof CONTRACT_MODES)[number];

const Contract = closed(
  {
    columns: Type.Optional(
      oneOf(CONTRACT_MODES, {
        description:
          'Columns that are no field: evolve keeps them as attributes, freeze fails the file, discard_row rejects records with a value there, discard_value leaves the column out.',
      }),
    ),
    types: Type.Optional(
      oneOf(CONTRACT_MODES, {
        description:
          'Values that are not of their type: evolve, freeze and discard_row make the record a dead letter, discard_value makes the cell missing where no value is required. freeze also fails a file in which a whole column is of another type.',
      }),
    ),
  },
  { description: 'What happens to a file that is not as described.' },
);

const Reference = (description: string) => Type.String({ minLength: 1, description });

const From = Type.Union(
  [
    Reference('The one step whose records it takes.'),
    Type.Array(Reference('A step, or STEP.OUTPUT.'), { minItems: 1 }),
    Type.Record(Type.String(), Reference('A step, or STEP.OUTPUT.')),
  ],
  {
    description:
      'Steps whose records it takes: their ids, or ID.OUTPUT for an output that has a name; { "left": …, "right": … } where the inputs have names. The step before it unless said otherwise.',
  },
);

const Step = Type.Union([
  Type.String({ minLength: 1 }),
  closed({
    operator: Type.String({ minLength: 1, description: 'Name of an operator; `tillstream operators` lists them.' }),
    id: Type.Optional(Type.String({ minLength: 1, description: 'Name of this step, where an operator occurs twice.' })),
    options: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Options of the operator.' })),
    from: Type.Optional(From),
  }),
]);
export type Step = Static<typeof Step>;

export const DISPOSITIONS = ['append', 'merge', 'replace'] as const;

export const OUTPUTS = ['enriched', 'aggregated'] as const;
export type Output = (typeof OUTPUTS)[number];

export const DatasetDescriptor = closed({
  title: text('Name for people.'),
  description: text('What the dataset is and where it comes from.'),
  match: Type.Optional(Match),
  dialect: Type.Optional(
    Type.Partial(Dialect, {
      additionalProperties: false,
      description: 'How the files are written, after CSV Dialect.',
    }),
  ),
  fields: Type.Array(FieldDescriptor, { minItems: 1, description: 'The columns, after Table Schema.' }),
  missingValues: Type.Optional(texts('Texts that mean there is no value; the empty text unless said otherwise.')),
  primaryKey: Type.Optional(
    Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
      description: 'Fields that together tell one record from another.',
    }),
  ),
  map: Type.Optional(CanonicalMap),
  defaults: Type.Optional(CanonicalDefaults),
  contract: Type.Optional(Contract),
  disposition: Type.Optional(
    oneOf(DISPOSITIONS, {
      description:
        'append adds all records; merge replaces those with the same primaryKey; replace puts the file in place of all there was.',
    }),
  ),
  catalogue: text('CSV of products, joined by product_id: product_name, category, brand, cost_price.'),
  stores: text('CSV of stores, joined by store_id: region, currency.'),
  outputs: Type.Optional(
    Type.Array(oneOf(OUTPUTS, {}), {
      uniqueItems: true,
      description:
        'What the usual plan also writes to data/processed as CSV: the enriched records, the aggregated ones.',
    }),
  ),
  operators: Type.Optional(Type.Array(Step, { minItems: 1, description: 'The plan, from source to sink.' })),
});
export type DatasetDescriptor = Static<typeof DatasetDescriptor>;

/** Names that may stand in addresses and file names as they are. */
export const DATASET_NAME = '^[A-Za-z][A-Za-z0-9_.-]*$';

/** The whole of `schema_config.json`. */
export const Configuration = closed(
  {
    $schema: text('Where the JSON Schema of this file is, for editors.'),
    checkpointBytes: Type.Optional(
      Type.Integer({
        minimum: 65_536,
        description: 'Bytes of a file between two commits; 16 MiB unless said otherwise.',
      }),
    ),
    datasets: Type.Record(Type.String({ pattern: DATASET_NAME }), DatasetDescriptor, {
      additionalProperties: false,
      minProperties: 1,
      description: 'Name to dataset.',
    }),
    jobs: Type.Optional(JobSettings),
    monitoring: Type.Optional(MonitoringSettings),
    alerts: Type.Optional(AlertSettings),
  },
  { title: 'Tillstream configuration', description: 'Which CSV files there are and what they mean.' },
);
export type Configuration = Static<typeof Configuration>;
