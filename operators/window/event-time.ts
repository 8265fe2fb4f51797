import { Type } from '@sinclair/typebox';
import type { Batch } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { Fault } from '../../engine/operator.ts';
import { isEmpty } from '../held/field-types.ts';
import { fieldColumn } from '../values/field-column.ts';

/** Options of every operator that works on event time. */
export const EventTime = {
  time: Type.String({
    description: 'Field with the time of the event: a date, a date with time, or seconds.',
    default: 'sold_at',
  }),
  outOfOrderSeconds: Type.Integer({
    minimum: 0,
    description: 'How much older than the newest record so far a record may be and still be on time.',
    default: 0,
  }),
};

export const MISSING_TIME = { missing_time: 'The record has no time, so it can not be put in its place in time.' };

/** The times of a batch's records in seconds, NaN where missing. Throws `unknown_field`, or `not_a_time` for texts. */
export function timesOf(batch: Batch, field: string): Float64Array {
  const column = fieldColumn(batch, field);
  if (column.kind === 'number' && column.type !== 'boolean' && column.scale === 1) return column.values;
  if (column.kind !== 'number' && isEmpty(column)) return new Float64Array(batch.length).fill(Number.NaN);
  const got = column.kind === 'number' ? (column.type === 'boolean' ? 'booleans' : 'amounts') : 'texts';
  throw new TillstreamError(
    'not_a_time',
    `field "${field}" holds ${got}, expected dates with time or seconds; read them before, as \`validate\` does, or name another field as \`time\``,
  );
}

export function missingTime(field: string): [Fault] {
  return [{ code: 'missing_time', field, message: `${field}: expected a time, got nothing` }];
}

/** How far event time has come: the newest time so far, less how much records may be out of order. Moves with every record. */
export class Watermark {
  readonly #outOfOrder: number;
  #newest: number;

  constructor(outOfOrderSeconds: number, newest: number | null = null) {
    this.#outOfOrder = outOfOrderSeconds;
    this.#newest = newest ?? Number.NEGATIVE_INFINITY;
  }

  get value(): number {
    return this.#newest - this.#outOfOrder;
  }

  /** Whether it has moved. */
  advance(time: number): boolean {
    if (time <= this.#newest) return false;
    this.#newest = time;
    return true;
  }

  /** No more will come. */
  end(): void {
    this.#newest = Number.POSITIVE_INFINITY;
  }

  /** What the constructor takes. */
  snapshot(): number | null {
    return Number.isFinite(this.#newest) ? this.#newest : null;
  }
}
