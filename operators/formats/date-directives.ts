import { TillstreamError } from '../../engine/errors.ts';

/** What one part of a date's text is. */
export const DIRECTIVE = {
  literal: 0,
  space: 1,
  year: 2,
  shortYear: 3,
  month: 4,
  day: 5,
  monthName: 6,
  dayOfYear: 7,
  weekday: 8,
  hour: 9,
  hour12: 10,
  minute: 11,
  second: 12,
  fraction: 13,
  half: 14,
  zone: 15,
  zoneName: 16,
  /** `HH:MM:SS`, read in one go. */
  clock: 17,
  /** An optional time of day in any of the usual ways, up to the end. */
  anyTime: 18,
} as const;

export interface Directive {
  readonly kind: number;
  /** The byte of a literal; how many digits a number must have at least. */
  readonly value: number;
}

const D = DIRECTIVE;
const LETTERS: Readonly<Record<string, number>> = {
  Y: D.year,
  y: D.shortYear,
  m: D.month,
  d: D.day,
  e: D.day,
  b: D.monthName,
  B: D.monthName,
  h: D.monthName,
  j: D.dayOfYear,
  a: D.weekday,
  A: D.weekday,
  H: D.hour,
  k: D.hour,
  I: D.hour12,
  l: D.hour12,
  M: D.minute,
  S: D.second,
  f: D.fraction,
  p: D.half,
  P: D.half,
  z: D.zone,
  Z: D.zoneName,
};
const SHORTHANDS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  n: ' ',
  t: ' ',
};
const DIGITS: ReadonlySet<number> = new Set([
  D.year,
  D.shortYear,
  D.month,
  D.day,
  D.dayOfYear,
  D.hour,
  D.hour12,
  D.minute,
  D.second,
]);

export const isTime = ({ kind }: Directive): boolean => kind >= D.hour;

/**
 * The directives of a strptime pattern. Throws `bad_date_format` on a letter it does not know. Numbers may lack their
 * leading zeros, as with strptime, but not where another number follows at once: in `%Y%m%d` all are of full width.
 */
export function directivesOf(pattern: string): Directive[] {
  const raw = [...tokens(pattern)];
  return fused(
    raw.map((directive, i) => {
      const glued = DIGITS.has(raw[i + 1]?.kind ?? -1) || DIGITS.has(raw[i - 1]?.kind ?? -1);
      return DIGITS.has(directive.kind) && glued
        ? { ...directive, value: directive.kind === D.dayOfYear ? 3 : 2 }
        : directive;
    }),
  );
}

function* tokens(pattern: string): Generator<Directive> {
  const text = pattern.replace(/%([FDTRrnt])/g, (_, letter: string) => SHORTHANDS[letter] ?? '');
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '%') {
      yield* literal(text[i]!);
      continue;
    }
    // %-d, %#d and %_d only differ from %d when writing.
    if (/[-#_]/.test(text[i + 1] ?? '')) i++;
    const letter = text[++i] ?? '';
    const kind = LETTERS[letter];
    if (letter === '%') yield* literal('%');
    else if (kind !== undefined) yield { kind, value: 1 };
    else throw unknownDirective(pattern, letter);
  }
}

function* literal(character: string): Generator<Directive> {
  if (/\s/.test(character)) yield { kind: D.space, value: 0x20 };
  else for (const byte of Buffer.from(character)) yield { kind: D.literal, value: byte };
}

function unknownDirective(pattern: string, letter: string): TillstreamError {
  const known = Object.keys(LETTERS).map((name) => `%${name}`);
  return new TillstreamError(
    'bad_date_format',
    `format "${pattern}": expected one of ${known.join(' ')} after %, got "%${letter}"`,
  );
}

const CLOCK = [D.hour, D.literal, D.minute, D.literal, D.second];

/** `%H:%M:%S` becomes one directive. */
function fused(directives: readonly Directive[]): Directive[] {
  const made: Directive[] = [];
  for (let i = 0; i < directives.length; i++) {
    const next = directives.slice(i, i + 5);
    const isClock =
      CLOCK.every((kind, j) => next[j]?.kind === kind) && next[1]!.value === 0x3a && next[3]!.value === 0x3a;
    if (isClock && !DIGITS.has(directives[i - 1]?.kind ?? -1)) {
      made.push({ kind: D.clock, value: 0 });
      i += 4;
    } else made.push(directives[i]!);
  }
  return made;
}
