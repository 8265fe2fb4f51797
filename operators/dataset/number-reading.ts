import { bareNumber } from '../formats/number-text.ts';

/** How the numbers of a column are written. */
export interface NumberStyle {
  readonly decimalChar: '.' | ',';
  readonly groupChar: string | undefined;
  /** False where signs stand around the digits: currency, percent, units. */
  readonly bareNumber: boolean;
}

/** What a column's texts say about numbers. */
export interface NumberReading {
  readonly style: NumberStyle;
  /** Share of the texts that are numbers in this style. */
  readonly fit: number;
  /** All numbers are whole, also where they are written `17.0`. */
  readonly whole: boolean;
  /** Some numbers are written with decimals, be they zeros. */
  readonly decimals: boolean;
  /** Some begin with zeros that a number would lose, are too long for one, or have letters among them: codes, not numbers. */
  readonly codes: boolean;
  /** False where only the writer could say which sign is the decimal one. */
  readonly certain: boolean;
  /** The values, NaN where a text is no number. */
  readonly values: readonly number[];
}

const DIGITS = /\d(?:[\d.,'’\s]*\d)?/;
/** Currency signs and codes, percent: what may stand at a number. */
const UNIT = /\p{Sc}|%|\b(?:[A-Z]{3}|kr|Fr|zł|Kč|Ft|руб)\b/u;
const GROUPS = ["'", '’', ' ', '\u00a0', '\u202f'] as const;
/** Different units that one column may have. */
const MOST_UNITS = 3;

/** Reads texts as numbers, deciding by evidence which sign is the decimal one; `hint` settles what is open. */
export function readNumbers(texts: readonly string[], hint?: '.' | ','): NumberReading {
  const digits = texts.flatMap((text) => DIGITS.exec(text)?.[0] ?? []);
  const { decimalChar, certain } = decimalSign(digits, hint);
  const style = { decimalChar, groupChar: groupSign(digits, decimalChar), bareNumber: !hasUnits(texts) };
  const values = texts.map((text) => numberIn(text, style));
  const numbers = values.filter((value) => !Number.isNaN(value));
  return {
    style,
    fit: texts.length === 0 ? 0 : numbers.length / texts.length,
    whole: numbers.every(Number.isInteger),
    decimals: digits.some((text) => text.includes(decimalChar)),
    codes: texts.some((text) => /^0\d+$|^\d{16,}$/.test(text)) || looksCoded(texts, values),
    certain,
    values,
  };
}

function numberIn(text: string, style: NumberStyle): number {
  const found = bareNumber(text, style);
  if (!found) return Number.NaN;
  const value = Number(`${found.digits || '0'}e${found.exponent}`);
  return found.negative ? 0 - value : value;
}

/** Units around the numbers, few and the same throughout. */
function hasUnits(texts: readonly string[]): boolean {
  const around = texts.map((text) => text.replace(/[-+()\d.,'’\s]/g, '')).filter((rest) => rest !== '');
  const units = new Set(around.filter((rest) => UNIT.test(rest)));
  return around.length > 0 && units.size > 0 && units.size <= MOST_UNITS && around.length * 2 > texts.length;
}

/** Among numbers there are texts such as `C536379`: then the numbers are names too. */
function looksCoded(texts: readonly string[], values: readonly number[]): boolean {
  const coded = texts.filter(
    (text, i) => Number.isNaN(values[i]) && /^\p{L}{1,4}[-_ ]?\d{2,}$|^\d{2,}[-_ ]?\p{L}{1,4}$/u.test(text),
  );
  return coded.length > 1 && values.every((value) => Number.isNaN(value) || Number.isInteger(value));
}

/** A sign that comes last after others, or is not followed by three digits, is the decimal one. */
function decimalSign(digits: readonly string[], hint?: '.' | ','): { decimalChar: '.' | ','; certain: boolean } {
  const votes = { '.': 0, ',': 0 };
  let open = false;
  for (const text of digits) {
    const last = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
    const other = last === '.' ? ',' : '.';
    const times = text.split(last).length - 1;
    if (times === 0) continue;
    if (times > 1) votes[other]++;
    else if (text.includes(other) || !/^[1-9]\d{0,2}[.,]\d{3}$/.test(text)) votes[last]++;
    else open = true;
  }
  if (votes['.'] !== votes[',']) return { decimalChar: votes['.'] > votes[','] ? '.' : ',', certain: true };
  // `1.234` alone is read as a fraction, `1,234` alone as a thousand: as most systems write them.
  return { decimalChar: hint ?? '.', certain: !open };
}

function groupSign(digits: readonly string[], decimalChar: '.' | ','): string | undefined {
  const other = decimalChar === '.' ? ',' : '.';
  return [other, ...GROUPS].find((sign) => digits.some((text) => isGrouped(text, sign, decimalChar)));
}

function isGrouped(text: string, sign: string, decimalChar: string): boolean {
  if (!text.includes(sign)) return false;
  const [whole = ''] = text.split(decimalChar);
  const groups = whole.split(sign);
  return groups.length > 1 && /^\d{1,3}$/.test(groups[0]!) && groups.slice(1).every((group) => /^\d{2,3}$/.test(group));
}
