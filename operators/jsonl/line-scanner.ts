import type { Window } from '../csv/scanner.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A line: `bytes[start, end)` without its break, on the n-th line of the text, from 1. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** It goes on beyond `end`: the rest is not looked at. */
  readonly isTooLong: boolean;
}

/** Finds lines in windows over a text. What is left of a window belongs to the next. */
export class LineScanner {
  readonly #maxBytes: number;
  #line: number;
  #position = 0;
  /** Amid a line that was too long. */
  #isSkipping = false;

  constructor(maxBytes: number, line: number) {
    this.#maxBytes = maxBytes;
    this.#line = line;
  }

  /** Line that begins at {@link position}. */
  get line(): number {
    return this.#line;
  }

  /** First byte in the window that is still wanted. */
  get position(): number {
    return this.#position;
  }

  /** Whether a line begins at {@link position}. */
  get atLine(): boolean {
    return !this.#isSkipping;
  }

  *scan({ bytes, from, to, final }: Window): Generator<Line, void, undefined> {
    this.#position = from;
    while (this.#position < to) {
      const start = this.#position;
      const found = bytes.subarray(start, to).indexOf(LINE_FEED);
      const stop = found < 0 ? to : start + found;
      if (this.#isSkipping) {
        this.#position = found < 0 ? to : stop + 1;
        this.#isSkipping = found < 0;
        if (found >= 0) this.#line++;
      } else if (stop - start > this.#maxBytes) {
        yield { start, end: start + this.#maxBytes, line: this.#line, isTooLong: true };
        this.#isSkipping = found < 0;
        this.#position = found < 0 ? to : stop + 1;
        if (found >= 0) this.#line++;
      } else if (found < 0 && !final) return;
      else {
        const end = stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop;
        yield { start, end, line: this.#line++, isTooLong: false };
        this.#position = found < 0 ? to : stop + 1;
      }
    }
  }
}
