import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';

const closed = <T extends TProperties>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });
const some = <T extends TSchema>(schema: T) => Type.Optional(schema);
const texts = (description: string) => some(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description }));
const day = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description });

/** Checks of daily figures. */
export const FIGURE_CHECKS = [
  ...['volume', 'revenue', 'units', 'basket', 'price', 'margin', 'dead-letters', 'duplicates', 'null-rate'],
  ...['freshness', 'decline'],
] as const;
/** The other checks. */
export const OTHER_CHECKS = [
  ...[
    'product-price',
    'new-store',
    'vanished-store',
    'new-region',
    'vanished-region',
    'new-product',
    'vanished-product',
  ],
  ...['schema-drift', 'unmatched-file', 'runtime', 'ledger', 'roll-ups', 'verify', 'disk-space'],
  ...['original-columns', 'original-rows', 'original-revenue', 'original-runtime'],
] as const;
export const CHECKS = [...FIGURE_CHECKS, ...OTHER_CHECKS] as const;
export type CheckName = (typeof CHECKS)[number];

/** What figures are watched of, besides the whole shop. */
export const DIMENSIONS = ['store', 'region', 'category', 'dataset'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const CheckSettings = closed(
  {
    enabled: some(Type.Boolean({ description: 'false: the check is not made.' })),
    score: some(Type.Number({ exclusiveMinimum: 0, description: 'Standard deviations that are too many.' })),
    floor: some(
      Type.Number({
        minimum: 0,
        maximum: 0.99,
        description:
          'A change by a smaller part than this is never told: 0.2 is twenty per cent (of rates, twenty points).',
      }),
    ),
    severity: some(
      Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')], {
        description: 'How grave a failure is.',
      }),
    ),
  },
  'How closely one check looks; what is left out is as usual.',
);

const Occasion = closed(
  {
    kind: Type.Union([Type.Literal('holiday'), Type.Literal('promotion'), Type.Literal('incident')], {
      description: 'holiday: may be quiet; promotion: may be busy and cheap; incident: says nothing of what is usual.',
    }),
    from: day('First day, YYYY-MM-DD.'),
    to: some(day('Last day; the first unless said otherwise.')),
    name: some(Type.String({ description: 'What it is called.' })),
    yearly: some(Type.Boolean({ description: 'true: on the same days of every year.' })),
    stores: texts('Only these stores.'),
    regions: texts('Only these regions.'),
    categories: texts('Only these categories.'),
  },
  'Days that are no measure of what is usual.',
);
export type Occasion = Static<typeof Occasion>;

/** What is watched, and how closely: the `monitoring` part of the configuration. */
export const MonitoringSettings = closed(
  {
    timeZone: some(
      Type.String({
        minLength: 1,
        description: "Where the shop's days begin and end; the machine's own unless said otherwise.",
      }),
    ),
    dimensions: some(
      Type.Array(
        Type.Union(
          DIMENSIONS.map((name) => Type.Literal(name)),
          {},
        ),
        {
          uniqueItems: true,
          description: 'What figures are watched of, besides the whole shop (default store and category).',
        },
      ),
    ),
    minimumDays: some(
      Type.Integer({ minimum: 7, maximum: 90, description: 'Days of history before a figure is judged (default 14).' }),
    ),
    catchUpDays: some(
      Type.Integer({
        minimum: 1,
        maximum: 90,
        description: 'Most days looked at in one go after a pause (default 7).',
      }),
    ),
    calendar: some(Type.Array(Occasion, { description: 'Holidays, promotions and what went wrong.' })),
    checks: some(
      Type.Object(
        Object.fromEntries(CHECKS.map((name) => [name, some(CheckSettings)])) as Record<
          CheckName,
          ReturnType<typeof some<typeof CheckSettings>>
        >,
        {
          additionalProperties: false,
          description: 'Check to how closely it looks.',
        },
      ),
    ),
    original: some(
      closed(
        {
          rows: some(
            Type.Number({ minimum: 0, description: 'Rows down by this part against the day before (default 0.5).' }),
          ),
          revenue: some(
            Type.Number({ minimum: 0, description: 'Revenue changed by this part either way (default 0.3).' }),
          ),
          runtimeSeconds: some(Type.Number({ minimum: 0, description: 'Seconds that a run may take (default 300).' })),
        },
        "The Python original's thresholds.",
      ),
    ),
    diskFreeGigabytes: some(Type.Number({ minimum: 0, description: 'Least room on the disk (default 2).' })),
  },
  'What is watched, and how closely.',
);
export type MonitoringSettings = Static<typeof MonitoringSettings>;
