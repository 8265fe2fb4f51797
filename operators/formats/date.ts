import type { BytesColumn, NumberType } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import { isoText, startOfDay } from './calendar.ts';
import { AnyReader } from './date-any.ts';
import { DIRECTIVE, directivesOf } from './date-directives.ts';
import { EpochReader } from './date-epoch.ts';
import { DateReader } from './date-reader.ts';
import { renderDate } from './date-render.ts';
import { expected } from './faults.ts';
import type { NumberFormat } from './format.ts';

/** Reads one way of writing dates, as seconds since 1970; NaN is what isn't written so. */
export interface Reader {
  /** Whether the text refused last named a day or a time that there is not. */
  readonly impossible: boolean;
  read(bytes: Uint8Array, start: number, end: number): number;
  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void;
  observe?(cells: BytesColumn): void;
  observed?: unknown;
}

/** What messages show: 31 December 2026, 23:59. */
const SPECIMEN = 1_798_761_540;

/** Dates (the time of day is cut off) and datetimes of Table Schema. */
export class DateFormat implements NumberFormat {
  readonly type: NumberType;
  readonly scale = 1;
  readonly #field: string;
  readonly #reader: Reader;
  readonly #specimen: string;

  constructor(field: string, type: 'date' | 'datetime', reader: Reader, specimen: string) {
    this.type = type;
    this.#field = field;
    this.#reader = reader;
    this.#specimen = specimen;
  }

  parseBytes(bytes: Uint8Array, start: number, end: number): number {
    const value = this.#reader.read(bytes, start, end);
    return this.type === 'date' ? startOfDay(value) : value;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    this.#reader.fill(cells, values, rest);
    if (this.type === 'datetime') return;
    for (let row = 0, { length } = values; row < length; row++) values[row] = startOfDay(values[row]!);
  }

  parse(text: string): number | Fault {
    const bytes = Buffer.from(text);
    const value = this.parseBytes(bytes, 0, bytes.length);
    return Number.isNaN(value) ? this.#fault(text) : value;
  }

  plain(value: number): string {
    return isoText(value, this.type === 'datetime');
  }

  observe(cells: BytesColumn): void {
    this.#reader.observe?.(cells);
  }

  get observed(): unknown {
    return this.#reader.observed;
  }

  set observed(found: unknown) {
    this.#reader.observed = found;
  }

  #fault(text: string): Fault {
    const isDate = this.type === 'date';
    if (this.#reader.impossible) {
      return expected('not_a_date', this.#field, isDate ? 'a day that exists' : 'a day and time that exist', text);
    }
    return expected('not_a_date', this.#field, `a date${isDate ? '' : ' and time'} such as ${this.#specimen}`, text);
  }
}

/**
 * The format of that name: `default` (ISO 8601), `any`, `any_day_first`, `any_month_first`, `epoch`, `epoch_ms`, or else a strptime
 * pattern. Throws `bad_date_format` where the pattern is none.
 */
export function dateFormat(field: string, type: 'date' | 'datetime', format = 'default'): DateFormat {
  const made = (reader: Reader, specimen: string) => new DateFormat(field, type, reader, specimen);
  switch (format) {
    case 'default': {
      const time = type === 'date' ? [] : [{ kind: DIRECTIVE.anyTime, value: 0 }];
      return made(new DateReader([...directivesOf('%Y-%m-%d'), ...time]), isoText(SPECIMEN, type === 'datetime'));
    }
    case 'any':
    case 'any_day_first':
    case 'any_month_first':
      return made(new AnyReader(format), '2026-12-31 or 31 Dec 2026');
    case 'epoch':
      return made(new EpochReader(1), String(SPECIMEN));
    case 'epoch_ms':
      return made(new EpochReader(1000), String(SPECIMEN * 1000));
    default:
      return made(new DateReader(directivesOf(format)), renderDate(format, SPECIMEN));
  }
}
