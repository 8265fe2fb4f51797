/** How a field's numbers are written; the names are Table Schema's. */
export interface NumberStyle {
  /** Decimal sign; '.' unless said otherwise. */
  readonly decimalChar?: string | undefined;
  /** Sign between groups of digits; none unless said otherwise. A space stands for every kind of space. */
  readonly groupChar?: string | undefined;
  /** False: currency signs, units and percent may stand around the number. True unless said otherwise. */
  readonly bareNumber?: boolean | undefined;
}

/** `digits` × 10^exponent. */
export interface BareNumber {
  readonly digits: string;
  readonly exponent: number;
  readonly negative: boolean;
}

const SPACES = '\u00a0\u2007\u2009\u202f';
const APOSTROPHES = "'\u2019";
const MINUS_SIGNS = '-\u2212\ufe63\uff0d';
const SIGN = new RegExp(`^[${MINUS_SIGNS}+]`);
const CURRENCY = /^(?:[A-Z]{1,3})?\p{Sc}/u;
/** A currency or unit in letters: before the number it must be a currency's code or stand apart, or `A10` would be 10. */
const WORD_BEFORE = /^(\p{L}{1,12}\.?)(\s*)(?=[^\p{L}])/u;
const WORD_AFTER = /\p{L}{1,12}\.?$/u;
const CURRENCY_AFTER = /(?:[A-Z]{1,3})?\p{Sc}$/u;
/** What people write in place of a currency's code. */
const CURRENCY_WORDS = ['KR', 'RS', 'ZŁ', 'KČ', 'FT', 'LEI', 'ЛВ', 'РУБ', 'SFR', 'FR', 'RP', 'RM', 'R'];
let codes: ReadonlySet<string> | undefined;

/** Made when it is first asked for: the list takes a while, and most numbers stand alone. */
function currencyCodes(): ReadonlySet<string> {
  codes ??= new Set([...Intl.supportedValuesOf('currency'), ...CURRENCY_WORDS]);
  return codes;
}

/** Takes a number's text apart; null if it isn't one, or has its groups in the wrong places. */
export function bareNumber(text: string, style: NumberStyle): BareNumber | null {
  const peeled = new Peeling(text, style.bareNumber === false);
  const parts = numberParts(peeled.rest, style);
  if (!parts) return null;
  const exponent = parts.exponent - (peeled.percent ? 2 : 0);
  return { digits: parts.digits, exponent, negative: peeled.negative };
}

/** Takes off what stands around a number: at most one sign, one currency or unit, one percent sign, one pair of parentheses. */
class Peeling {
  rest: string;
  negative = false;
  percent = false;
  #signed = false;
  #unit = false;

  constructor(text: string, loose: boolean) {
    this.rest = text;
    while (this.#sign() || this.#parentheses() || (loose && (this.#percent() || this.#currency()))) {
      this.rest = this.rest.trim();
    }
  }

  #sign(): boolean {
    if (this.#signed) return false;
    const trailing = MINUS_SIGNS.includes(this.rest.at(-1) ?? ' ');
    if (!trailing && !SIGN.test(this.rest)) return false;
    this.negative = trailing || this.rest[0] !== '+';
    this.rest = trailing ? this.rest.slice(0, -1) : this.rest.slice(1);
    this.#signed = true;
    return true;
  }

  #parentheses(): boolean {
    if (this.#signed || !this.rest.startsWith('(') || !this.rest.endsWith(')')) return false;
    this.rest = this.rest.slice(1, -1);
    this.negative = this.#signed = true;
    return true;
  }

  #percent(): boolean {
    if (this.percent || !/^[%٪]|[%٪]$/.test(this.rest)) return false;
    this.rest = this.rest.replace(/^[%٪]|[%٪]$/, '');
    this.percent = true;
    return true;
  }

  #currency(): boolean {
    if (this.#unit) return false;
    const without = withoutUnit(this.rest);
    if (without === this.rest) return false;
    this.rest = without;
    this.#unit = true;
    return true;
  }
}

function withoutUnit(text: string): string {
  for (const pattern of [CURRENCY, CURRENCY_AFTER, WORD_AFTER])
    if (pattern.test(text)) return text.replace(pattern, '');
  const [before, word = '', gap = ''] = WORD_BEFORE.exec(text) ?? [];
  if (before === undefined) return text;
  const known = currencyCodes().has(word.replace('.', '').toUpperCase());
  return known || gap !== '' ? text.slice(before.length) : text;
}

function numberParts(text: string, style: NumberStyle): { digits: string; exponent: number } | null {
  const { decimalChar = '.', groupChar = '' } = style;
  const [, mantissa = '', power = '0'] = /^(.*?)(?:[eE]([+-]?\d{1,9}))?$/s.exec(text) ?? [];
  const mark = mantissa.indexOf(decimalChar);
  const whole = mark < 0 ? mantissa : mantissa.slice(0, mark);
  const fraction = mark < 0 ? '' : mantissa.slice(mark + decimalChar.length);
  const digits = ungrouped(whole, groupChar);
  if (digits === null || !/^\d*$/.test(fraction) || digits + fraction === '') return null;
  return { digits: digits + fraction, exponent: Number(power) - fraction.length };
}

/** The digits of a whole number without the signs between groups of three (or, before the last three, two as in India). */
function ungrouped(whole: string, groupChar: string): string | null {
  if (/^\d*$/.test(whole)) return whole;
  const separator = whole.match(/\D/)?.[0] ?? '';
  if (!isGroupSign(separator, groupChar)) return null;
  const [first = '', ...groups] = whole.split(separator);
  const last = groups.pop() ?? '';
  const middle = groups.every((group) => /^\d{3}$/.test(group)) || groups.every((group) => /^\d{2}$/.test(group));
  return /^\d{1,3}$/.test(first) && middle && /^\d{3}$/.test(last) ? whole.replaceAll(separator, '') : null;
}

/** Signs that cannot be mistaken for a decimal sign separate groups without being asked for. */
function isGroupSign(sign: string, groupChar: string): boolean {
  if (sign === groupChar) return true;
  if (groupChar === ' ' || groupChar === '')
    return SPACES.includes(sign) || (groupChar === '' && APOSTROPHES.includes(sign));
  return APOSTROPHES.includes(groupChar) ? APOSTROPHES.includes(sign) : SPACES.includes(sign);
}

/** The number as plain decimal text, nothing rounded: `-0.5`, `1200`. Null where it would take more than 400 places. */
export function plainNumber({ digits, exponent, negative }: BareNumber): string | null {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return '0';
  if (Math.abs(exponent) > 400) return null;
  const padded = exponent >= 0 ? significant + '0'.repeat(exponent) : significant.padStart(1 - exponent, '0');
  const whole = exponent >= 0 ? padded : padded.slice(0, exponent);
  const fraction = exponent >= 0 ? '' : padded.slice(exponent).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction && '.'}${fraction}`;
}
