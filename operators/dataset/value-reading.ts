import { type DateReading, readDates } from './date-reading.ts';
import { isMissingAnywhere, isMissingWhereTyped } from './missing-tokens.ts';
import { type NumberReading, type NumberStyle, readNumbers } from './number-reading.ts';

export type ValueType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime';

/** What is already known of the file that a column is from. */
export interface ReadingHints {
  readonly decimalChar?: '.' | ',';
  readonly dayFirst?: boolean;
}

/** What a column's sampled texts seem to be. */
export interface ValueReading {
  /** `empty` where the sample has no value at all. */
  readonly type: ValueType | 'empty';
  /** Format of dates, in strptime's words. */
  readonly format?: string;
  readonly number?: NumberStyle;
  /** Texts that stand for no value, as written; the empty text is not among them. */
  readonly missing: readonly string[];
  /** Share of the sample that has a value. */
  readonly filled: number;
  /** 0 to 1. */
  readonly confidence: number;
  /** False where the values alone do not settle the format. */
  readonly certain: boolean;
  /** Why, as a clause. */
  readonly evidence: string;
  /** Types that were tried, with the share of values that each fits. */
  readonly tried: Readonly<Record<string, number>>;
  /** The values as numbers (seconds since 1970 for dates), text by text; NaN where one has none. Empty for other types. */
  readonly numbers: readonly number[];
  /** Numbers that are written as if they were codes: leading zeros, or too many digits. */
  readonly codes: boolean;
  /** Whole numbers written with decimals, such as `17850.0`. */
  readonly wholeDecimals: boolean;
}

/** Share of a column's values that must be of a type for the column to be of it. */
const ACCEPTED = 0.97;
/** Above this, the rest may be a word of the writer's own for "no value". */
const MOSTLY = 0.75;
/** Distinct words that may mean "no value" in one column. */
const OWN_WORDS = 3;

/** Works out what a column holds from a sample of its texts. */
export function readValues(texts: readonly string[], hints: ReadingHints = {}): ValueReading {
  const trimmed = texts.map((text) => text.trim()).filter((text) => text !== '');
  const isWord = (text: string) => text !== '' && !isMissingWhereTyped(text);
  const words = trimmed.filter(isWord);
  const numbers = readNumbers(words, hints.decimalChar);
  const dates = readDates(words, hints.dayFirst);
  const booleans = booleanFit(words);
  const tried = { number: numbers.fit, date: dates?.fit ?? 0, boolean: booleans };
  const base = { tried, codes: false, wholeDecimals: false, numbers: [], certain: true };
  const typed = typedReading(words, numbers, dates, booleans);
  if (typed) {
    const odd = new Set(typed.odd);
    const missing = distinct(trimmed.filter((text) => isMissingWhereTyped(text) || odd.has(text)));
    const filled = share(trimmed.filter((text) => !missing.includes(text)).length, texts.length);
    return { ...base, ...typed.reading, missing, filled, numbers: aligned(texts, isWord, typed.reading.numbers) };
  }
  const missing = distinct(trimmed.filter(isMissingAnywhere));
  const filled = share(trimmed.length - trimmed.filter(isMissingAnywhere).length, texts.length);
  if (filled === 0)
    return { ...base, type: 'empty', missing, filled, confidence: 0, evidence: 'the sample has no value' };
  return {
    ...base,
    type: 'string',
    missing,
    filled,
    confidence: 1 - Math.max(numbers.fit, dates?.fit ?? 0, booleans) / 2,
    evidence: 'the values are neither numbers nor dates',
  };
}

type Partial = Pick<ValueReading, 'type' | 'confidence' | 'evidence' | 'numbers'> &
  Omit<{ [K in keyof ValueReading]?: ValueReading[K] }, 'missing' | 'filled'>;

/** The type that the values are of, and the few values (`odd`) that are not. */
function typedReading(
  words: readonly string[],
  numbers: NumberReading,
  dates: DateReading | undefined,
  booleans: number,
): { reading: Partial; odd: readonly string[] } | undefined {
  if (words.length === 0) return undefined;
  const bestFit = Math.max(numbers.fit, dates?.fit ?? 0, booleans);
  if (bestFit < MOSTLY) return undefined;
  if (dates && dates.fit >= numbers.fit) return accept(words, dates.values, dates.fit, dateReading(dates));
  if (booleans >= ACCEPTED && numbers.fit < booleans) {
    return {
      reading: {
        type: 'boolean',
        confidence: booleans,
        evidence: 'all values are words for true and false',
        numbers: [],
      },
      odd: [],
    };
  }
  if (numbers.codes) return undefined;
  return accept(words, numbers.values, numbers.fit, numberReading(numbers));
}

function dateReading({ type, format, fit, certain, evidence, values }: DateReading): Partial {
  return {
    type,
    format,
    certain,
    evidence,
    confidence: certain ? fit : fit * 0.6,
    numbers: values,
  };
}

function numberReading({ style, fit, whole, decimals, certain, values }: NumberReading): Partial {
  return {
    type: whole && !decimals ? 'integer' : 'number',
    number: style,
    certain,
    confidence: certain ? fit : fit * 0.7,
    evidence: `${Math.round(fit * 100)} % of the values are numbers`,
    numbers: values,
    wholeDecimals: whole && decimals,
  };
}

/** Takes a type whose values fit well enough, or whose misfits are so few words that they must mean "no value". */
function accept(
  words: readonly string[],
  values: readonly number[],
  fit: number,
  reading: Partial,
): { reading: Partial; odd: readonly string[] } | undefined {
  const misfits = words.filter((_, i) => Number.isNaN(values[i]));
  const odd = distinct(misfits.filter((word) => !/\d/.test(word)));
  const repeated =
    odd.length <= OWN_WORDS && misfits.length >= odd.length * 2 && misfits.every((word) => !/\d/.test(word));
  if (fit >= ACCEPTED) return { reading, odd: repeated ? odd : [] };
  return repeated ? { reading: { ...reading, confidence: reading.confidence * 0.9 }, odd } : undefined;
}

/** Numbers of the words among the texts, moved to the places of those texts. */
function aligned(texts: readonly string[], isWord: (text: string) => boolean, numbers: readonly number[]): number[] {
  let next = 0;
  return numbers.length === 0 ? [] : texts.map((text) => (isWord(text.trim()) ? numbers[next++]! : Number.NaN));
}

const TRUE = ['true', 'yes', 'y', 't', 'ja', 'si', 'sí', 'oui', 'sim', 'vrai', 'wahr'];
const FALSE = ['false', 'no', 'n', 'f', 'nein', 'non', 'não', 'faux', 'falsch'];
const BOOLEANS = new Set([...TRUE, ...FALSE]);

function booleanFit(words: readonly string[]): number {
  return share(words.filter((word) => BOOLEANS.has(word.toLowerCase())).length, words.length);
}

/** The words of a boolean column, as written, by what they mean. */
export function booleanWords(texts: readonly string[]): { trueValues: string[]; falseValues: string[] } {
  const words = distinct(texts.map((text) => text.trim()));
  return {
    trueValues: words.filter((word) => TRUE.includes(word.toLowerCase())),
    falseValues: words.filter((word) => FALSE.includes(word.toLowerCase())),
  };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
