import { MONTHS } from '../formats/calendar.ts';

/** What a column's texts say about dates. */
export interface DateReading {
  readonly type: 'date' | 'datetime';
  /** In strptime's words. */
  readonly format: string;
  /** Share of the texts that are dates in this format. */
  readonly fit: number;
  /** False where day and month could be the other way round. */
  readonly certain: boolean;
  /** Why this format and not another, as a clause. */
  readonly evidence: string;
  /** Seconds since 1970, NaN where a text is no date in this format. */
  readonly values: readonly number[];
}

type Part = 'Y' | 'y' | 'm' | 'd' | 'b' | 'B';

const EXPRESSION: Readonly<Record<Part, string>> = {
  Y: String.raw`(?<Y>(?:19|20)\d\d)`,
  y: String.raw`(?<y>\d\d)`,
  m: '(?<m>0?[1-9]|1[0-2])',
  d: String.raw`(?<d>0?[1-9]|[12]\d|3[01])`,
  b: `(?<b>${MONTHS.map((month) => month.slice(0, 3)).join('|')})`,
  B: `(?<B>${MONTHS.join('|')})`,
};

const TIMES = ['', '%H:%M:%S.%f', '%H:%M:%S', '%H:%M', '%I:%M:%S %p', '%I:%M %p'] as const;
const TIME_EXPRESSION: Readonly<Record<string, string>> = {
  '': '',
  '%H:%M': String.raw`(?<H>[01]?\d|2[0-3]):(?<M>[0-5]\d)`,
  '%H:%M:%S': String.raw`(?<H>[01]?\d|2[0-3]):(?<M>[0-5]\d):(?<S>[0-5]\d)`,
  '%H:%M:%S.%f': String.raw`(?<H>[01]?\d|2[0-3]):(?<M>[0-5]\d):(?<S>[0-5]\d)\.\d{1,9}`,
  '%I:%M %p': String.raw`(?<I>0?[1-9]|1[0-2]):(?<M>[0-5]\d) (?<p>[AP]M)`,
  '%I:%M:%S %p': String.raw`(?<I>0?[1-9]|1[0-2]):(?<M>[0-5]\d):(?<S>[0-5]\d) (?<p>[AP]M)`,
};

/** Layouts of a date: `-` stands for each of the separators, which must be the same throughout. */
const DATES: readonly string[] = [
  ...['Y-m-d', 'd-m-Y', 'm-d-Y', 'd-m-y', 'm-d-y', 'y-m-d', 'd-b-Y', 'd-b-y', 'd-B-Y'].flatMap((text) =>
    ['-', '/', '.', ' '].map((separator) => text.replaceAll('-', separator)),
  ),
  'Ymd',
  'b d, Y',
  'B d, Y',
].map((text) => text.replace(/[YymdbB]/g, '%$&'));

/** What only texts may be in that have a certain mark. Looking for that first spares compiling most expressions. */
interface Marked {
  /** First of the text's characters that is neither Latin letter nor digit; undefined where there need be none. */
  readonly separator?: string | undefined;
  /** What the text has between date and time. */
  readonly joint?: string;
}

interface Candidate extends Marked {
  readonly format: string;
  readonly expression: RegExp;
  readonly hasTime: boolean;
}

/** A layout of the date, what a text that is in it begins with, and its candidates, made when the first text is. */
class Layout implements Marked {
  readonly beginning: RegExp;
  readonly separator: string | undefined;
  readonly #date: string;
  readonly #expression: string;
  #candidates: readonly Candidate[] | undefined;

  constructor(date: string) {
    this.#date = date;
    this.separator = separatorOf(date.replaceAll('%', ''));
    const expression = date.replace(/[.]/g, '\\.').replace(/%([YymdbB])/g, (_, part: Part) => EXPRESSION[part]);
    this.#expression = date === '%Y%m%d' ? expression.replaceAll('0?', '0') : expression;
    this.beginning = new RegExp(`^${this.#expression}(?!\\d)`, 'i');
  }

  /** The date alone and with every form of the time. Compiling them all for every layout would take longer than reading. */
  get candidates(): readonly Candidate[] {
    this.#candidates ??= TIMES.flatMap((time) =>
      (time === '' ? [''] : [' ', 'T']).flatMap((joint) =>
        (time !== '' && joint === 'T' ? ['', 'Z'] : ['']).map((zone) => this.#candidate(time, joint, zone)),
      ),
    );
    return this.#candidates;
  }

  #candidate(time: string, joint: string, zone: string): Candidate {
    const expression = new RegExp(`^${this.#expression}${joint}${TIME_EXPRESSION[time]}${zone}$`, 'i');
    return { format: `${this.#date}${joint}${time}${zone}`, expression, hasTime: time !== '', joint };
  }
}

function separatorOf(text: string): string | undefined {
  return /[^A-Za-z\d]/.exec(text)?.[0];
}

const LAYOUTS: readonly Layout[] = DATES.map((date) => new Layout(date));

/** What the beginning of any date looks like; all else needs no trying of layouts. */
const DATE_LIKE = /^(?:\d{1,4}[-/. ][A-Za-z\d]{1,9}[-/. ]\d|\d{8}(?:\D|$)|[A-Za-z]{3,9} \d{1,2}, )/;
const ENOUGH = 0.6;
/** Dates that it takes for their order or span to tell something. */
const TELLING = 8;
/** Share of neighbours in order, from which a file counts as running in order. */
const IN_ORDER = 0.95;
/** Share of the probes that a layout has to fit. */
const PROMISING = 0.3;
/** Texts on which layouts are tried before all of them are read. */
const PROBES = 60;

/**
 * Reads texts as dates. Every layout that fits equally well is weighed: a day above 12 decides by itself; else whether
 * the file runs in order, then how short the span is; `dayFirst` settles what is still open.
 */
export function readDates(texts: readonly string[], dayFirst?: boolean): DateReading | undefined {
  const step = Math.ceil(texts.length / PROBES);
  const probes = texts.filter((_, i) => i % step === 0);
  if (probes.length === 0 || probes.filter((text) => DATE_LIKE.test(text)).length < probes.length * ENOUGH)
    return undefined;
  const separators = probes.map(separatorOf);
  const fits = (expression: RegExp, { separator, joint = '' }: Marked) => {
    const marked = probes.filter((text, i) => text.includes(joint) && (separator ?? separators[i]) === separators[i]);
    const least = probes.length * PROMISING;
    return marked.length >= least && marked.filter((text) => expression.test(text)).length >= least;
  };
  const promising = LAYOUTS.filter((layout) => fits(layout.beginning, layout))
    .flatMap(({ candidates }) => candidates)
    .filter((candidate) => fits(candidate.expression, candidate));
  const readings = promising.map((c) => ({ ...c, values: texts.map((text) => secondsOf(c.expression.exec(text))) }));
  const fitting = readings
    .map((reading) => ({
      ...reading,
      fit: reading.values.filter((value) => !Number.isNaN(value)).length / texts.length,
    }))
    .filter(({ fit }) => fit >= ENOUGH)
    .sort((a, b) => b.fit - a.fit);
  const [best] = fitting;
  if (!best) return undefined;
  const rivals = fitting.filter(
    ({ fit, values }) => fit > best.fit - 0.005 && values.some((v, i) => v !== best.values[i]),
  );
  const { chosen, certain, evidence } = decide([best, ...rivals], dayFirst);
  return {
    type: chosen.hasTime ? 'datetime' : 'date',
    format: chosen.format,
    fit: chosen.fit,
    certain,
    evidence,
    values: chosen.values,
  };
}

interface Reading extends Candidate {
  readonly values: readonly number[];
  readonly fit: number;
}

function decide(
  rivals: readonly Reading[],
  dayFirst?: boolean,
): { chosen: Reading; certain: boolean; evidence: string } {
  const [only] = rivals;
  if (rivals.length === 1)
    return { chosen: only!, certain: true, evidence: 'no other order of day, month and year fits' };
  const telling = only!.values.filter((value) => !Number.isNaN(value)).length >= TELLING;
  const byOrder = telling && best(rivals, ({ values }) => orderliness(values), 0.2, IN_ORDER);
  if (byOrder) return { chosen: byOrder, certain: true, evidence: 'read so, the file runs in order of time' };
  const bySpan = telling && best(rivals, ({ values }) => -Math.log(span(values)), Math.log(3));
  if (bySpan) return { chosen: bySpan, certain: true, evidence: 'read so, the dates lie closest together' };
  const wanted = dayFirst ?? rivals.some(({ format }) => format.includes('.'));
  const chosen = rivals.find(({ format }) => isDayFirst(format) === wanted) ?? only!;
  return {
    chosen,
    certain: false,
    evidence: `no day is above 12, so day and month cannot be told apart by the dates alone`,
  };
}

/** The reading whose score is above every other's by a clear margin. */
function best(
  rivals: readonly Reading[],
  score: (reading: Reading) => number,
  margin: number,
  least = Number.NEGATIVE_INFINITY,
): Reading | undefined {
  const ranked = rivals.map((reading) => ({ reading, score: score(reading) })).sort((a, b) => b.score - a.score);
  return ranked[0]!.score >= least && ranked[0]!.score - ranked[1]!.score > margin ? ranked[0]!.reading : undefined;
}

/** Share of neighbours that go the same way in time, forth or back; files with the newest first are in order too. */
function orderliness(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const forth = known.slice(1).filter((value, i) => value >= known[i]!).length;
  const back = known.slice(1).filter((value, i) => value <= known[i]!).length;
  return Math.max(forth, back) / (known.length - 1);
}

function span(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((a, b) => Math.max(a, b)) - known.reduce((a, b) => Math.min(a, b)) + 86_400;
}

/** Whether a format has the day before the month. */
export function isDayFirst(format: string): boolean {
  return format.indexOf('%d') < format.search(/%[mbB]/);
}

function secondsOf(found: RegExpExecArray | null): number {
  const groups = found?.groups;
  if (!groups) return Number.NaN;
  const year = groups.Y ? Number(groups.Y) : Number(groups.y) + (Number(groups.y) < 69 ? 2000 : 1900);
  const month = groups.m
    ? Number(groups.m)
    : MONTHS.findIndex((name) => name.startsWith((groups.B ?? groups.b)!.toLowerCase().slice(0, 3))) + 1;
  const day = Number(groups.d);
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return Number.NaN;
  const hour = groups.I ? (Number(groups.I) % 12) + (groups.p!.toUpperCase() === 'PM' ? 12 : 0) : Number(groups.H ?? 0);
  return midnight / 1000 + hour * 3600 + Number(groups.M ?? 0) * 60 + Number(groups.S ?? 0);
}
