import type { BytesColumn } from '../../engine/column.ts';
import { DIRECTIVE, directivesOf } from './date-directives.ts';
import { EpochReader } from './date-epoch.ts';
import { DateReader } from './date-reader.ts';

/**
 * Ways to write a date that `any` knows; a time of day may follow each. No text is of two of them, so their order does not matter.
 * Beside them: ten digits are epoch seconds, thirteen epoch milliseconds.
 */
export const ANY_PATTERNS = [
  '%Y-%m-%d',
  '%Y/%m/%d',
  '%Y.%m.%d',
  '%Y%m%d',
  '%d.%m.%Y',
  '%d.%m.%y',
  '%d %b %Y',
  '%d-%b-%Y',
  '%d %b %y',
  '%d-%b-%y',
  '%d/%b/%Y',
  '%b %d %Y',
  '%b %d, %Y',
  '%b-%d-%Y',
  '%a %d %b %Y',
  '%a, %d %b %Y',
  '%a %b %d %Y',
  '%a, %b %d, %Y',
  '%a %b %d, %Y',
] as const;
/** Ways that are read one way in most of the world and the other in the United States. */
export const DAY_FIRST_PATTERNS = ['%d/%m/%Y', '%d/%m/%y', '%d-%m-%Y', '%d-%m-%y'] as const;
export const MONTH_FIRST_PATTERNS = ['%m/%d/%Y', '%m/%d/%y', '%m-%d-%Y', '%m-%d-%y'] as const;

const SLASH = 0x2f;
const DASH = 0x2d;

type Order = 'day_first' | 'month_first';

/**
 * Dates in any usual way of writing. Whether 5/4/2026 is in April or in May is settled once for a file: by the first batch of
 * cells, where more of them can only be day-first or only month-first; month first if none tells. Cells that contradict
 * what was settled are refused, never turned round.
 */
export class AnyReader {
  impossible = false;
  #order: Order | null;
  readonly #plain: readonly DateReader[] = ANY_PATTERNS.map(readerOf);
  readonly #dayFirst: readonly DateReader[] = DAY_FIRST_PATTERNS.map(readerOf);
  readonly #monthFirst: readonly DateReader[] = MONTH_FIRST_PATTERNS.map(readerOf);
  /** The reader that read last: files rarely mix. */
  #last: DateReader;

  constructor(format: 'any' | 'any_day_first' | 'any_month_first') {
    this.#order = format === 'any' ? null : format === 'any_day_first' ? 'day_first' : 'month_first';
    this.#last = this.#plain[0]!;
  }

  get observed(): unknown {
    return this.#order;
  }

  set observed(found: unknown) {
    if (found === 'day_first' || found === 'month_first') this.#order = found;
  }

  observe(cells: BytesColumn): void {
    if (this.#order !== null) return;
    const { bytes, starts, ends, stride, offset, length } = cells;
    let day = 0;
    let month = 0;
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      if (!mayBeShort(bytes, starts[cell]!)) continue;
      if (firstOf(this.#dayFirst, bytes, starts[cell]!, ends[cell]!)) day++;
      if (firstOf(this.#monthFirst, bytes, starts[cell]!, ends[cell]!)) month++;
    }
    if (day + month > 0) this.#order = day > month ? 'day_first' : 'month_first';
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const value = this.#last.read(bytes, start, end);
    return Number.isNaN(value) ? this.#search(bytes, start, end) : value;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    const { bytes, starts, ends, stride, offset } = cells;
    // The reader that fills keeps a memory of its own, which a search among all readers would upset: they are asked afterwards.
    const others: number[] = [];
    this.#last.fill(cells, values, (row) => {
      others.push(row);
      return Number.NaN;
    });
    for (const row of others) {
      const cell = row * stride + offset;
      const value = this.#search(bytes, starts[cell]!, ends[cell]!);
      values[row] = Number.isNaN(value) ? rest(row) : value;
    }
  }

  #search(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return Number.NaN;
    const readers = [...this.#plain, ...(this.#order === 'day_first' ? this.#dayFirst : this.#monthFirst)];
    const found = firstOf(readers, bytes, start, end);
    if (found) this.#last = found;
    this.impossible = !found && readers.some((reader) => reader.impossible);
    return found ? found.read(bytes, start, end) : epoch(bytes, start, end);
  }
}

/** Whether a `/` or `-` follows one or two bytes, as in all dates whose order is in question. Looks past the end of short texts. */
function mayBeShort(bytes: Uint8Array, start: number): boolean {
  const [second, third] = [bytes[start + 1], bytes[start + 2]];
  return second === SLASH || second === DASH || third === SLASH || third === DASH;
}

const SECONDS = new EpochReader(1);
const MILLISECONDS = new EpochReader(1000);

function epoch(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return Number.NaN;
  if (end - start === 10) return SECONDS.read(bytes, start, end);
  return end - start === 13 ? MILLISECONDS.read(bytes, start, end) : Number.NaN;
}

function firstOf(
  readers: readonly DateReader[],
  bytes: Uint8Array,
  start: number,
  end: number,
): DateReader | undefined {
  return readers.find((reader) => !Number.isNaN(reader.read(bytes, start, end)));
}

function readerOf(pattern: string): DateReader {
  return new DateReader([...directivesOf(pattern), { kind: DIRECTIVE.anyTime, value: 0 }]);
}
