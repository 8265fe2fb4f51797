import { canonicalField } from './canonical.ts';
import type { Mapping, ReadColumn } from './infer-map.ts';
import { isMissingAnywhere } from './missing-tokens.ts';
import type { FieldDescriptor } from './schema.ts';
import { readName } from './synonyms.ts';
import { booleanWords, type ReadingHints, readValues, type ValueReading } from './value-reading.ts';

/**
 * Reads every column twice: once by itself, and once more knowing what the surer columns say of the file's writer, as
 * decimal sign and order of day and month are the same throughout a file.
 */
export function readColumns(
  header: readonly string[],
  records: readonly (readonly string[])[],
  delimiter: string,
): ReadColumn[] {
  const texts = header.map((_, i) => records.map((record) => record[i] ?? ''));
  const hints = hintsFrom(
    texts.map((column) => readValues(column)),
    delimiter,
  );
  return header.map((name, i) => ({ name, texts: texts[i]!, reading: asNamed(name, readValues(texts[i]!, hints)) }));
}

function hintsFrom(readings: readonly ValueReading[], delimiter: string): ReadingHints {
  const decimals = readings.flatMap(({ number, certain, type }) =>
    number && certain && type === 'number' ? [number.decimalChar] : [],
  );
  const commas = decimals.filter((sign) => sign === ',').length;
  // Writers who separate cells by semicolons mostly do so because the comma is their decimal sign.
  const decimalChar =
    commas * 2 > decimals.length || (decimals.length === 0 && delimiter === ';')
      ? ','
      : decimals.length > 0
        ? '.'
        : undefined;
  const orders = readings.flatMap(({ format, certain }) =>
    format && certain && /^%[dm]/.test(format) ? [format.startsWith('%d')] : [],
  );
  const dayFirst =
    orders.length > 0 ? orders.filter(Boolean).length * 2 > orders.length : decimalChar === ',' ? true : undefined;
  return { ...(decimalChar && { decimalChar }), ...(dayFirst !== undefined && { dayFirst }) };
}

/**
 * What the name says about the type. Numbers by which something is called are texts, but for those written `17850.0`,
 * which went through a spreadsheet and are whole; so are quantities, while prices such as `3.0` are not.
 */
function asNamed(name: string, reading: ValueReading): ValueReading {
  const [meaning] = readName(name);
  const kind = meaning && canonicalField(meaning.canonical)?.kind;
  const isWhole = meaning?.canonical === 'line' || meaning?.canonical === 'quantity';
  const isName = kind === 'identifier' || kind === 'dictionary';
  if (reading.wholeDecimals && (isWhole || isName)) return { ...reading, type: 'integer' };
  const isNumber = reading.type === 'integer' || reading.type === 'number';
  return isName && isNumber
    ? { ...reading, type: 'string', evidence: 'numbers by which something is called' }
    : reading;
}

/** Texts that mean "no value": for the whole file where several columns or their own nature say so, else by column. */
export function fileMissingValues(columns: readonly ReadColumn[]): string[] {
  const times = new Map<string, number>();
  for (const { reading } of columns) for (const text of reading.missing) times.set(text, (times.get(text) ?? 0) + 1);
  const shared = [...times].filter(([text, count]) => count > 1 || isMissingAnywhere(text)).map(([text]) => text);
  return ['', ...shared.sort()];
}

/** What is required of a record for it to be a sale. */
const ESSENTIAL: ReadonlySet<string> = new Set(['sold_at', 'product_id', 'quantity', 'unit_price', 'revenue']);

/** Field descriptors, saying only what is not a default. */
export function fieldDescriptors(
  columns: readonly ReadColumn[],
  mapped: readonly Mapping[],
  shared: readonly string[],
): FieldDescriptor[] {
  return columns.map(({ name, texts, reading }) => {
    const { type, format, number, missing, filled } = reading;
    const isNumber = type === 'integer' || type === 'number';
    const own = missing.filter((text) => !shared.includes(text));
    const required =
      filled === 1 && mapped.some(({ canonical, column }) => column === name && ESSENTIAL.has(canonical));
    return {
      name,
      ...(type === 'empty' ? typeOfEmpty(name, mapped) : { type }),
      ...(format !== undefined && { format }),
      ...(isNumber && number?.decimalChar === ',' && { decimalChar: ',' }),
      ...(isNumber && number?.groupChar !== undefined && { groupChar: number.groupChar }),
      ...(isNumber && number?.bareNumber === false && { bareNumber: false }),
      ...(type === 'boolean' && booleanWords(texts)),
      ...(own.length > 0 && { missingValues: [...shared, ...own] }),
      ...(required && { constraints: { required: true } }),
    };
  });
}

/** A column without values is taken to be of the type that what it is mapped to has. */
function typeOfEmpty(name: string, mapped: readonly Mapping[]): Pick<FieldDescriptor, 'type' | 'format'> {
  const found = mapped.find(({ column }) => column === name);
  const kind = found && canonicalField(found.canonical)?.kind;
  if (kind === 'time') return { type: 'datetime', format: 'any' };
  if (kind === 'integer') return { type: 'integer' };
  return { type: kind === 'decimal' ? 'number' : 'string' };
}

const CURRENCIES: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₺': 'TRY',
  '₽': 'RUB',
  '₩': 'KRW',
  $: 'USD',
};

/** The currency that stands at the amounts, if it is one and the same. */
export function currencySign(columns: readonly ReadColumn[]): string | undefined {
  const money = columns.filter(({ reading }) => reading.number?.bareNumber === false);
  const signs = new Set(
    money.flatMap(({ texts }) => texts.flatMap((text) => /\p{Sc}|\b[A-Z]{3}\b/u.exec(text)?.[0] ?? [])),
  );
  const [sign] = signs;
  if (signs.size !== 1 || sign === undefined) return undefined;
  return CURRENCIES[sign] ?? (/^[A-Z]{3}$/.test(sign) ? sign : undefined);
}
