import { dayNumber } from '../generate/calendar.ts';
import type { Subject } from './check-result.ts';

export type MarkKind = 'promotion' | 'holiday' | 'incident' | 'expected';

/** Days that are no measure of what is normal. */
export interface Mark {
  readonly kind: MarkKind;
  /** Dimension to value; a subject is meant if it has all of these. */
  readonly subject: Subject;
  /** The check that is meant; null for all. */
  readonly check: string | null;
  /** Day numbers, both included. */
  readonly from: number;
  readonly to: number;
  readonly note: string;
}

/** A day or a range as people declare them: YYYY-MM-DD, the subject in plain keys. */
export interface Declared {
  readonly kind: MarkKind;
  readonly from: string;
  readonly to?: string | undefined;
  readonly name?: string | undefined;
  /** The same days of the month every year. */
  readonly yearly?: boolean | undefined;
  readonly subject?: Subject | undefined;
  readonly check?: string | null | undefined;
}

const YEARS_AROUND = 10;

/** Declared days as marks; a yearly one becomes one for each year around. A 29 February is left out of other years. */
export function marksOf(declared: readonly Declared[]): Mark[] {
  return declared.flatMap(({ kind, from, to = from, name = '', yearly = false, subject = {}, check = null }) => {
    const [first, last] = [dayNumber(from), dayNumber(to)];
    const years = yearly ? Array.from({ length: 2 * YEARS_AROUND + 1 }, (_, i) => i - YEARS_AROUND) : [0];
    return years.flatMap((by) => {
      const start = inYear(from, by);
      return start === null ? [] : [{ kind, subject, check, from: start, to: start + last - first, note: name }];
    });
  });
}

function inYear(day: string, by: number): number | null {
  try {
    return dayNumber(`${String(Number(day.slice(0, 4)) + by).padStart(4, '0')}${day.slice(4)}`);
  } catch {
    return null;
  }
}

/** Looks up what was marked. */
export class Marks {
  readonly #marks: readonly Mark[];

  constructor(marks: readonly Mark[] = []) {
    this.#marks = marks;
  }

  /** The marks that a day of this subject has, as the check sees them. */
  of(attributes: Subject, check: string, day: number): Mark[] {
    return this.#marks.filter(
      (mark) =>
        mark.from <= day &&
        day <= mark.to &&
        (mark.check === null || mark.check === check) &&
        Object.entries(mark.subject).every(([dimension, value]) => attributes[dimension] === value),
    );
  }

  /** By column from `first` on: 1 where the day is marked. */
  columns(attributes: Subject, check: string, first: number, days: number): Uint8Array {
    const marked = new Uint8Array(days);
    for (const mark of this.#marks) {
      if (mark.check !== null && mark.check !== check) continue;
      if (!Object.entries(mark.subject).every(([dimension, value]) => attributes[dimension] === value)) continue;
      marked.fill(1, Math.max(0, mark.from - first), Math.max(0, mark.to - first + 1));
    }
    return marked;
  }
}
