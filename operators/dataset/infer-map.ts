import { type CanonicalName, canonicalField, FIELD_TYPES_OF_KIND } from './canonical.ts';
import { findProduct, lineArithmetic } from './line-arithmetic.ts';
import { readName } from './synonyms.ts';
import type { ValueReading } from './value-reading.ts';

/** A column of the sample with what its values seem to be. */
export interface ReadColumn {
  readonly name: string;
  readonly texts: readonly string[];
  readonly reading: ValueReading;
}

/** A column that a canonical one was found in, or would have been but for its values. */
export interface Mapping {
  readonly canonical: CanonicalName;
  readonly column: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** Why, or why not, as a clause. */
  readonly evidence: string;
  /** The arithmetic of the lines has confirmed or corrected what the name said. */
  readonly placed?: boolean;
}

export interface MapResult {
  readonly mapped: readonly Mapping[];
  /** What the names suggested and was not taken. */
  readonly rejected: readonly Mapping[];
}

/** Below this a column stays an attribute. */
const TAKEN = 0.4;

/** Finds the canonical columns in a sample by name, type and values; each is found once, in one column. */
export function mapColumns(columns: readonly ReadColumn[]): MapResult {
  const candidates = columns
    .flatMap((column) => [...byName(column), ...byDates(column, columns)])
    .concat(byArithmetic(columns))
    .sort((a, b) => b.confidence - a.confidence);
  const mapped: Mapping[] = [];
  const rejected: Mapping[] = [];
  for (const candidate of candidates) {
    const rival = mapped.find(
      ({ canonical, column }) => canonical === candidate.canonical || column === candidate.column,
    );
    if (candidate.confidence < TAKEN) rejected.push(candidate);
    else if (rival)
      rejected.push({ ...candidate, evidence: `${candidate.evidence}, but ${rivalry(rival, candidate)}` });
    else mapped.push(candidate);
  }
  return settled({ mapped, rejected }, columns);
}

function rivalry(rival: Mapping, candidate: Mapping): string {
  if (rival.column === candidate.column) return `it is surer to be ${rival.canonical}`;
  return `"${rival.column}" is surer to be ${rival.canonical}`;
}

function byName(column: ReadColumn): Mapping[] {
  return readName(column.name).map(({ canonical, confidence }) => {
    const { factor, evidence } = plausibility(canonical, column);
    const said = confidence > 0.9 ? 'the name says so' : 'the name may mean it';
    return { canonical, column: column.name, confidence: confidence * factor, evidence: `${said}; ${evidence}` };
  });
}

/** The only column of dates is when it was sold, whatever it is called. */
function byDates(column: ReadColumn, columns: readonly ReadColumn[]): Mapping[] {
  const isDate = ({ reading }: ReadColumn) => reading.type === 'date' || reading.type === 'datetime';
  if (!isDate(column) || columns.filter(isDate).length > 1) return [];
  const named = readName(column.name).some(({ canonical }) => canonical === 'sold_at');
  const evidence = `it is the only column of dates${named ? ', and its name agrees' : ''}`;
  return [{ canonical: 'sold_at', column: column.name, confidence: named ? 0.9 : 0.5, evidence }];
}

/** Most numeric columns that are tried with one another. */
const TRIED_COLUMNS = 12;

/** Quantity, price and total give themselves away where the names say nothing. */
function byArithmetic(columns: readonly ReadColumn[]): Mapping[] {
  const numeric = columns
    .filter(({ reading }) => reading.type === 'integer' || reading.type === 'number')
    .slice(0, TRIED_COLUMNS);
  const found = findProduct(numeric.map(({ reading }) => reading.numbers));
  if (!found) return [];
  const evidence = `quantity × price = total holds in ${Math.round(found.agreement * 100)} % of the lines`;
  const roles: [CanonicalName, number][] = [
    ['quantity', found.quantity],
    ['unit_price', found.unitPrice],
    ['revenue', found.revenue],
  ];
  return roles.map(([canonical, at]) => ({
    canonical,
    column: numeric[at]!.name,
    confidence: 0.8 * found.agreement,
    evidence,
  }));
}

interface Plausibility {
  readonly factor: number;
  readonly evidence: string;
}

/** How well the values go with the canonical column, 0 to 1. */
function plausibility(canonical: CanonicalName, column: ReadColumn): Plausibility {
  const { type } = column.reading;
  const { kind } = canonicalField(canonical)!; // Canonical names all have a field.
  if (type === 'empty') return { factor: 0.6, evidence: 'the sample has no values in it' };
  if (!FIELD_TYPES_OF_KIND[kind].includes(type)) return { factor: 0, evidence: `its values are of type ${type}` };
  return SPECIAL[canonical]?.(column) ?? { factor: 1, evidence: `its values are of type ${type}` };
}

const LONGEST_ORDER = 1000;

const SPECIAL: Partial<Record<CanonicalName, (column: ReadColumn) => Plausibility>> = {
  line: ({ reading, texts }) =>
    distinctness(texts) > 0.9 || share(reading.numbers, (value) => value <= LONGEST_ORDER) < 1
      ? { factor: 0.2, evidence: 'its values number the records of the file rather than the lines of an order' }
      : { factor: 1, evidence: 'its values are small and repeat' },
  order_id: ({ texts }) => enough(distinctness(texts) > 0.02, 'its values are many', 'its values repeat too often'),
  discount: ({ reading }) =>
    enough(
      share(reading.numbers, (value) => value >= 0 && value <= (reading.number?.bareNumber === false ? 100 : 1)) === 1,
      'its values are fractions',
      'its values are not all from 0 to 1: an amount or a bare percentage cannot be read as a fraction',
    ),
  quantity: ({ reading }) =>
    share(reading.numbers, Number.isInteger) > 0.9
      ? { factor: 1, evidence: 'its values are whole numbers' }
      : { factor: 0.8, evidence: 'its values are numbers, not all whole' },
  unit_price: ({ reading }) =>
    enough(
      share(reading.numbers, (value) => value >= 0) > 0.95,
      'its values are positive',
      'many of its values are negative',
    ),
  category: ({ texts }) => enough(distinctness(texts) < 0.5, 'its values repeat', 'its values hardly repeat'),
  region: ({ texts }) => enough(distinctness(texts) < 0.5, 'its values repeat', 'its values hardly repeat'),
  store_id: ({ texts }) => enough(distinctness(texts) < 0.5, 'its values repeat', 'its values hardly repeat'),
  payment_method: ({ texts }) => enough(distinctness(texts) < 0.2, 'its values are few', 'its values are too many'),
  currency: ({ texts }) =>
    enough(share(valued(texts), isCurrency) > 0.9, 'its values are currency codes', 'its values are no currency codes'),
};

function enough(does: boolean, evidence: string, otherwise: string): Plausibility {
  return does ? { factor: 1, evidence } : { factor: 0.3, evidence: otherwise };
}

function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text);
}

function valued(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** Distinct values over values; a sample of few records says little, so small ones count as repeating. */
function distinctness(texts: readonly string[]): number {
  const values = valued(texts);
  return values.length < 20 ? 0.1 : new Set(values).size / values.length;
}

/** Share of the values that pass; NaN is no value. */
function share<T>(all: readonly T[], test: (value: T) => boolean): number {
  const values = all.filter((value) => !Number.isNaN(value));
  return values.length === 0 ? 1 : values.filter(test).length / values.length;
}

/** Lets the arithmetic of the lines decide what names left open: cost of a unit or of the line, price or total. */
function settled({ mapped, rejected }: MapResult, columns: readonly ReadColumn[]): MapResult {
  const numbers = (canonical: CanonicalName): readonly number[] | undefined => {
    const column = columns.find(({ name }) => name === mapped.find((m) => m.canonical === canonical)?.column);
    return column?.reading.numbers;
  };
  const verdicts = lineArithmetic(numbers);
  const renamed = mapped.map((mapping) => {
    const verdict = verdicts.find(({ was }) => was === mapping.canonical);
    if (!verdict) return mapping;
    const confidence = Math.min(0.99, Math.max(mapping.confidence, verdict.confidence));
    return {
      ...mapping,
      canonical: verdict.is,
      confidence,
      evidence: `${mapping.evidence}; ${verdict.evidence}`,
      placed: true,
    };
  });
  return { mapped: withProduct(renamed, columns), rejected };
}

/** Where products have a name and no number, the name tells them apart. */
function withProduct(mapped: readonly Mapping[], columns: readonly ReadColumn[]): readonly Mapping[] {
  const named = mapped.find(({ canonical }) => canonical === 'product_name');
  if (!named || mapped.some(({ canonical }) => canonical === 'product_id')) return mapped;
  if (!columns.some(({ name }) => name === named.column)) return mapped;
  const evidence = 'there is no product number, so the name tells products apart';
  return [...mapped, { ...named, canonical: 'product_id', confidence: named.confidence * 0.9, evidence }];
}
