import type { BytesColumn } from '../../engine/column.ts';
import { ByteReader, isNamed } from './byte-reader.ts';
import { dayOfYearSeconds, daySeconds, MONTHS, WEEKDAYS } from './calendar.ts';
import { DIRECTIVE as D, type Directive, isTime } from './date-directives.ts';
import { fillSame } from './fill-cells.ts';
import { clockSeconds, same, sameWords, wordAt } from './words.ts';

const SPACE = 0x20;
const COLON = 0x3a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const COMMA = 0x2c;
const NONE = -1;
const CLOCK_LENGTH = 8;

/**
 * Reads dates of one pattern from bytes: seconds since 1970 on the wall clock (a zone is read over), fractions of a
 * second cut off. Not re-entrant: where it is in the text, and what it has read so far, are its fields.
 */
export class DateReader extends ByteReader {
  /** Whether the text refused last named a day or a time that there is not. */
  impossible = false;
  readonly #kinds: Uint8Array;
  readonly #values: Uint8Array;
  /** How many directives make the date where all after them is time; 0 where date and time are mixed. */
  readonly #dateParts: number;
  /** Bytes after the date, where the time is `HH:MM:SS` and nothing else, or there may be none; else {@link NONE}. */
  readonly #timeLength: number;
  /** The date read last: files hold the same one over and over. */
  #lastStart = 0;
  #lastLength = NONE;
  #lastDay = 0;

  #year = 1970;
  #month = 1;
  #day = 1;
  #dayOfYear = NONE;
  #seconds = 0;
  #hour12 = NONE;
  #half = NONE;

  constructor(directives: readonly Directive[]) {
    super();
    this.#kinds = Uint8Array.from(directives, ({ kind }) => kind);
    this.#values = Uint8Array.from(directives, ({ value }) => value);
    const time = directives.findIndex(isTime);
    const timeOnly = directives.slice(time).every((directive) => isTime(directive) || directive.kind <= D.space);
    this.#dateParts = time < 0 ? directives.length : timeOnly ? time : 0;
    this.#timeLength = time < 0 ? 0 : time < directives.length - 1 ? NONE : timeLengthOf(directives[time]!);
  }

  /** Reads all cells; `rest` is asked about those that are not of the pattern. */
  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    const { bytes, starts, ends, stride, offset, length } = cells;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#forget();
    for (let row = 0; row < length; row++) {
      const start = starts[row * stride + offset]!;
      const end = ends[row * stride + offset]!;
      const value = this.#next(bytes, start, end);
      values[row] = Number.isNaN(value) ? rest(row) : value;
      if (Number.isNaN(value)) continue;
      const isQuick = this.#timeLength !== NONE && end - start === this.#lastLength + this.#timeLength;
      row = isQuick ? this.#fillDay(cells, view, row, values) : fillSame(cells, view, row, values);
    }
  }

  /** Reads those after `row` that are of the day read last, with a time written `HH:MM:SS` or none; says which is the last of them. */
  #fillDay(
    { starts, ends, stride, offset, length }: BytesColumn,
    view: DataView,
    row: number,
    values: Float64Array,
  ): number {
    const size = this.#lastLength;
    const first = this.#lastStart;
    const day = this.#lastDay;
    const timeLength = this.#timeLength;
    if (size < 4) return row;
    let last = row;
    // Nothing is computed after the loop: its end would be news to code that was compiled in the midst of it.
    for (let next = row + 1, cell = next * stride + offset; next < length; next++, cell += stride) {
      const start = starts[cell]!;
      if (ends[cell]! - start !== size + timeLength || !sameWords(view, first, start, size)) break;
      const time = start + size;
      const seconds = timeLength === 0 ? 0 : clockSeconds(view.getInt32(time, true), view.getInt32(time + 4, true));
      if (seconds < 0) break;
      values[next] = day + seconds;
      last = next;
    }
    return last;
  }

  /** The date in `bytes[start, end)`; NaN if it is not of the pattern. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.#forget();
    const value = this.#next(bytes, start, end);
    // While filling, this reads single cells written out elsewhere: the date remembered is not to be sought there.
    this.#forget();
    return value;
  }

  #forget(): void {
    this.#lastLength = NONE;
  }

  #next(bytes: Uint8Array, start: number, end: number): number {
    const length = this.#lastLength;
    if (length > 0 && end - start >= length && same(bytes, this.#lastStart, start, length)) {
      this.at = start + length;
      if (this.#time(bytes, end)) return this.#lastDay + this.#timeOfDay();
    }
    this.at = start;
    return this.#whole(bytes, start, end);
  }

  #whole(bytes: Uint8Array, start: number, end: number): number {
    this.#dayOfYear = NONE;
    this.impossible = false;
    if (!this.#run(bytes, end, 0, this.#dateParts)) return Number.NaN;
    const length = this.at - start;
    if (!this.#time(bytes, end)) return Number.NaN;
    const day = this.#daySeconds();
    this.impossible = Number.isNaN(day);
    if (this.#dateParts > 0 && !this.impossible) {
      this.#lastStart = start;
      this.#lastLength = length;
      this.#lastDay = day;
    }
    return day + this.#timeOfDay();
  }

  /** Reads what follows the date, which must be all there is. */
  #time(bytes: Uint8Array, end: number): boolean {
    this.#seconds = 0;
    this.#hour12 = this.#half = NONE;
    return this.#run(bytes, end, this.#dateParts, this.#kinds.length) && this.at === end;
  }

  #daySeconds(): number {
    if (this.#dayOfYear !== NONE) return dayOfYearSeconds(this.#year, this.#dayOfYear);
    return daySeconds(this.#year, this.#month, this.#day);
  }

  #timeOfDay(): number {
    if (this.#hour12 === NONE) return this.#seconds;
    return this.#seconds + ((this.#hour12 % 12) + (this.#half === 1 ? 12 : 0)) * 3600;
  }

  /** Long, because it is one switch: dispatching to a function per directive costs more than what they do. */
  #run(bytes: Uint8Array, end: number, from: number, to: number): boolean {
    const kinds = this.#kinds;
    for (let i = from; i < to; i++) {
      const value = this.#values[i]!;
      switch (kinds[i]) {
        case D.literal:
          if (this.at >= end || bytes[this.at] !== value) return false;
          this.at++;
          break;
        case D.space:
          if (!this.spaces(bytes, end)) return false;
          break;
        case D.clock:
          if (!this.#clock(bytes, end)) return false;
          break;
        case D.year:
          this.#year = this.number(bytes, end, 4, 4);
          if (this.#year < 0) return false;
          break;
        case D.shortYear: {
          const year = this.number(bytes, end, 2, 2);
          if (year < 0) return false;
          // POSIX: 69 to 99 are of the twentieth century.
          this.#year = year < 69 ? 2000 + year : 1900 + year;
          break;
        }
        case D.month:
          this.#month = this.number(bytes, end, value, 2);
          if (this.#month < 0) return false;
          break;
        case D.day:
          this.#day = this.number(bytes, end, value, 2);
          if (this.#day < 0) return false;
          break;
        case D.monthName:
          this.#month = this.name(bytes, end, MONTHS) + 1;
          if (this.#month === 0) return false;
          break;
        case D.dayOfYear:
          this.#dayOfYear = this.number(bytes, end, value, 3);
          if (this.#dayOfYear < 0) return false;
          break;
        case D.weekday:
          if (this.name(bytes, end, WEEKDAYS) < 0) return false;
          break;
        case D.hour:
          if (!this.#unit(bytes, end, value, 24, 3600)) return false;
          break;
        case D.hour12:
          if (!this.#hours12(bytes, end, value)) return false;
          break;
        case D.minute:
          if (!this.#unit(bytes, end, value, 60, 60)) return false;
          break;
        case D.second:
          if (!this.#unit(bytes, end, value, 60, 1)) return false;
          break;
        case D.fraction:
          if (this.number(bytes, end, 1, 9) < 0) return false;
          break;
        case D.half:
          if (!this.#amOrPm(bytes, end)) return false;
          break;
        case D.zone:
          if (!this.#zone(bytes, end)) return false;
          break;
        case D.zoneName:
          if (this.letters(bytes, end) === 0) return false;
          break;
        default:
          if (this.at < end && !this.#anyTime(bytes, end)) return false;
      }
    }
    return true;
  }

  /** Hours, minutes or seconds below `limit`, each worth so many `seconds`. */
  #unit(bytes: Uint8Array, end: number, least: number, limit: number, seconds: number): boolean {
    const value = this.number(bytes, end, least, 2);
    if (value >= limit) this.impossible = true;
    if (value < 0 || value >= limit) return false;
    this.#seconds += value * seconds;
    return true;
  }

  #hours12(bytes: Uint8Array, end: number, least: number): boolean {
    const hour = this.number(bytes, end, least, 2);
    if (hour === 0 || hour > 12) this.impossible = true;
    this.#hour12 = hour;
    return hour >= 1 && hour <= 12;
  }

  /** `HH:MM:SS`. */
  #clock(bytes: Uint8Array, end: number): boolean {
    const seconds =
      this.at + CLOCK_LENGTH <= end ? clockSeconds(wordAt(bytes, this.at), wordAt(bytes, this.at + 4)) : NONE;
    if (seconds < 0) return this.#looseClock(bytes, end);
    this.#seconds = seconds;
    this.at += CLOCK_LENGTH;
    return true;
  }

  #looseClock(bytes: Uint8Array, end: number): boolean {
    return (
      this.#unit(bytes, end, 1, 24, 3600) &&
      this.byte(bytes, end, COLON) &&
      this.#unit(bytes, end, 1, 60, 60) &&
      this.byte(bytes, end, COLON) &&
      this.#unit(bytes, end, 1, 60, 1)
    );
  }

  #amOrPm(bytes: Uint8Array, end: number): boolean {
    const at = this.at;
    const first = at + 1 < end ? bytes[at]! | SPACE : 0;
    if ((first !== 0x61 && first !== 0x70) || (bytes[at + 1]! | SPACE) !== 0x6d) return false;
    this.#half = first === 0x70 ? 1 : 0;
    this.at = at + 2;
    return true;
  }

  /** `Z`, `UTC`, `GMT`, `+01`, `+0100` or `+01:00`. */
  #zone(bytes: Uint8Array, end: number): boolean {
    const start = this.at;
    const length = this.letters(bytes, end);
    if (length === 1) return (bytes[start]! | SPACE) === 0x7a;
    if (length > 0) return length === 3 && (isNamed(bytes, start, 3, 'utc') || isNamed(bytes, start, 3, 'gmt'));
    if (!this.byte(bytes, end, PLUS) && !this.byte(bytes, end, MINUS)) return false;
    if (this.number(bytes, end, 2, 2) < 0) return false;
    if (this.at === end) return true;
    this.byte(bytes, end, COLON);
    return this.number(bytes, end, 2, 2) >= 0;
  }

  /** `T` or a space, hours and minutes, and perhaps seconds, a fraction, AM or PM, and a zone. */
  #anyTime(bytes: Uint8Array, end: number): boolean {
    this.byte(bytes, end, COMMA);
    if ((bytes[this.at]! | SPACE) === 0x74) this.at++;
    else if (!this.spaces(bytes, end)) return false;
    const hour = this.number(bytes, end, 1, 2);
    if (hour < 0 || !this.byte(bytes, end, COLON) || !this.#unit(bytes, end, 2, 60, 60)) return false;
    if (this.byte(bytes, end, COLON)) {
      if (!this.#unit(bytes, end, 2, 60, 1)) return false;
      if (this.byte(bytes, end, POINT) && this.number(bytes, end, 1, 9) < 0) return false;
    }
    this.spaces(bytes, end);
    const twelve = this.#amOrPm(bytes, end);
    if (twelve) this.spaces(bytes, end);
    if (this.at < end && !this.#zone(bytes, end)) return false;
    this.impossible ||= hour > (twelve ? 12 : 23) || (twelve && hour === 0);
    if (hour > (twelve ? 12 : 23) || (twelve && hour === 0)) return false;
    if (twelve) this.#hour12 = hour;
    else this.#seconds += hour * 3600;
    return true;
  }
}

function timeLengthOf({ kind }: Directive): number {
  if (kind === D.clock) return CLOCK_LENGTH;
  return kind === D.anyTime ? 0 : NONE;
}
