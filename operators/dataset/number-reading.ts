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
  /** Some begin with zeros that a number would lose, or are too long for one: codes, not numbers. */
  readonly codes: boolean;
  /** False where only the writer could say which sign is the decimal one. */
  readonly certain: boolean;
  /** The values, NaN where a text is no number. */
  readonly values: readonly number[];
}

const SIGNS = String.raw`(?:\p{Sc}|%|[A-Z]{2,3}\$?|kr\.?|Fr\.?|zł|Kč|Ft|лв|руб\.?|р\.)`;
const AROUND = new RegExp(
  String.raw`^([-+(]*)\s*(?:${SIGNS}\s*)?([-+]?)(\d[\d.,'’  \s]*\d|\d|[.,]\d+)\s*(?:${SIGNS})?\s*([-)]?)$`,
  'u',
);
const GROUPS = ["'", '’', ' ', '\u00a0', '\u202f'] as const;

/** Reads texts as numbers, deciding by evidence which sign is the decimal one; `hint` settles what is open. */
export function readNumbers(texts: readonly string[], hint?: '.' | ','): NumberReading {
  const parts = texts.map((text) => AROUND.exec(text));
  const digits = parts.flatMap((part) => (part ? [part[3]!] : []));
  const { decimalChar, certain } = decimalSign(digits, hint);
  const groupChar = groupSign(digits, decimalChar);
  const values = parts.map((part) => (part ? numberOf(part, decimalChar, groupChar) : Number.NaN));
  const numbers = values.filter((value) => !Number.isNaN(value));
  const bareNumber = !parts.some((part) => part && /[^\d.,'’\s()+-]/u.test(part[0]));
  return {
    style: { decimalChar, groupChar, bareNumber },
    fit: texts.length === 0 ? 0 : numbers.length / texts.length,
    whole: numbers.every(Number.isInteger),
    decimals: digits.some((text) => text.includes(decimalChar)),
    codes: digits.some((text) => /^0\d/.test(text) || /^\d{16,}$/.test(text)),
    certain,
    values,
  };
}

/** A sign that comes last after others, or is not followed by three digits, is the decimal one. */
function decimalSign(digits: readonly string[], hint?: '.' | ','): { decimalChar: '.' | ','; certain: boolean } {
  const votes = { '.': 0, ',': 0 };
  let open: '.' | ',' | undefined;
  for (const text of digits) {
    const last = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
    const other = last === '.' ? ',' : '.';
    const times = text.split(last).length - 1;
    if (times === 0) continue;
    if (times > 1) votes[other]++;
    else if (text.includes(other) || !/^[1-9]\d{0,2}[.,]\d{3}$/.test(text)) votes[last]++;
    else open = last;
  }
  if (votes['.'] !== votes[',']) return { decimalChar: votes['.'] > votes[','] ? '.' : ',', certain: true };
  if (hint) return { decimalChar: hint, certain: open === undefined };
  // `1.234` alone is read as a fraction, `1,234` alone as a thousand: as most systems write them.
  return { decimalChar: '.', certain: open === undefined };
}

function groupSign(digits: readonly string[], decimalChar: '.' | ','): string | undefined {
  const other = decimalChar === '.' ? ',' : '.';
  return [other, ...GROUPS].find((sign) => digits.some((text) => isGrouped(text, sign, decimalChar)));
}

function isGrouped(text: string, sign: string, decimalChar: string): boolean {
  const [whole = ''] = text.split(decimalChar);
  const groups = whole.split(sign);
  return groups.length > 1 && /^\d{1,3}$/.test(groups[0]!) && groups.slice(1).every((group) => /^\d{2,3}$/.test(group));
}

function numberOf(part: RegExpExecArray, decimalChar: string, groupChar: string | undefined): number {
  const [, before = '', sign = '', digits = '', after = ''] = part;
  const plain =
    groupChar !== undefined && isGrouped(digits, groupChar, decimalChar) ? digits.replaceAll(groupChar, '') : digits;
  const value = Number(plain.replace(decimalChar, '.'));
  if (before.includes('(') !== (after === ')')) return Number.NaN;
  const negative = before.includes('-') || sign === '-' || after === '-' || before.includes('(');
  return negative ? -value : value;
}
