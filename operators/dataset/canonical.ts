import { type Static, Type } from '@sinclair/typebox';

/** How a canonical column is held: exact number, repeated text, identifier, point in time. */
export type CanonicalKind = 'time' | 'identifier' | 'dictionary' | 'integer' | 'decimal';

export interface CanonicalField {
  readonly name: string;
  readonly kind: CanonicalKind;
  /** Integers stand for 1/scale of the unit; 1 for what is no decimal. */
  readonly scale: number;
  /** One sentence, shown in the docs and in an editor. */
  readonly meaning: string;
}

const MONEY = 10_000;
const QUANTITY = 1_000;

const field = <Name extends string>(name: Name, kind: CanonicalKind, meaning: string, scale = 1) =>
  ({ name, kind, scale, meaning }) as const;

/** What the columns of any retailer's file can be mapped to; whatever is mapped to none of them is kept as an attribute. */
export const CANONICAL_FIELDS = [
  field('sold_at', 'time', 'When it was sold: a date or a point in time, on the wall clock of the shop.'),
  field('order_id', 'identifier', 'The order, invoice, receipt or transaction that the line belongs to.'),
  field('line', 'integer', "The line's number within its order."),
  field('product_id', 'dictionary', 'What was sold: article number, SKU or, where there is none, its name.'),
  field('product_name', 'dictionary', 'What the product is called.'),
  field('store_id', 'dictionary', 'The shop, branch or channel that sold it.'),
  field('region', 'dictionary', 'Where the sale counts: region, state or country.'),
  field('category', 'dictionary', 'The product group.'),
  field('customer_id', 'identifier', 'Who bought it.'),
  field('quantity', 'decimal', 'How many units; negative for returns and cancellations.', QUANTITY),
  field('unit_price', 'decimal', 'Price of one unit before discount.', MONEY),
  field('unit_cost', 'decimal', 'What one unit cost the retailer.', MONEY),
  field('cost', 'decimal', 'What the whole line cost the retailer.', MONEY),
  field('discount', 'decimal', 'Discount on the unit price, as a fraction: 0.1 is ten per cent.', MONEY),
  field(
    'revenue',
    'decimal',
    'Money of the whole line after discount; derived from quantity, price and discount if absent.',
    MONEY,
  ),
  field('profit', 'decimal', 'Revenue less cost of the whole line; derived if absent.', MONEY),
  field('payment_method', 'dictionary', 'How it was paid.'),
  field('currency', 'dictionary', 'ISO 4217 code of the currency that the amounts are in.'),
] as const satisfies readonly CanonicalField[];

export type CanonicalName = (typeof CANONICAL_FIELDS)[number]['name'];

export const CANONICAL_NAMES: readonly CanonicalName[] = CANONICAL_FIELDS.map(({ name }) => name);

/** Types that a field may have to be mapped to a canonical column of a kind. */
export const FIELD_TYPES_OF_KIND: Readonly<Record<CanonicalKind, readonly string[]>> = {
  time: ['date', 'datetime'],
  identifier: ['string', 'integer'],
  dictionary: ['string', 'integer', 'number', 'boolean', 'date', 'datetime'],
  integer: ['integer'],
  decimal: ['integer', 'number'],
};

export function canonicalField(name: string): CanonicalField | undefined {
  return CANONICAL_FIELDS.find((candidate) => candidate.name === name);
}

/** Canonical name to field name, for `map`. */
export const CanonicalMap = Type.Partial(
  Type.Object(
    Object.fromEntries(
      CANONICAL_FIELDS.map(({ name, meaning }) => [name, Type.String({ minLength: 1, description: meaning })]),
    ) as Record<CanonicalName, ReturnType<typeof Type.String>>,
    { additionalProperties: false },
  ),
);
export type CanonicalMap = Static<typeof CanonicalMap>;

const Constant = Type.Union([Type.String(), Type.Number()]);

/** Canonical name to the constant that stands where the file has no value, for `defaults`. */
export const CanonicalDefaults = Type.Partial(
  Type.Object(
    Object.fromEntries(CANONICAL_NAMES.map((name) => [name, Constant])) as Record<CanonicalName, typeof Constant>,
    { additionalProperties: false },
  ),
);
export type CanonicalDefaults = Static<typeof CanonicalDefaults>;
