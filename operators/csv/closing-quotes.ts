import type { DialectBytes } from './dialect.ts';

const LF = 10;
const CR = 13;

/**
 * Finds the quotes that end quoted cells. Where quotes are left open on many lines, each of them has all of the rest of the
 * file to look through; remembering the last search keeps that from taking time in proportion to the square of its size.
 */
export class ClosingQuotes {
  readonly #dialect: DialectBytes;
  /** Of searches from a place in `[#from, #to]`, `#closing` is the result: what is in between closes nothing. */
  #from = 0;
  #to = -1;
  #closing = -1;

  constructor(dialect: DialectBytes) {
    this.#dialect = dialect;
  }

  reset(): void {
    this.#to = -1;
  }

  /** The closing quote of a cell whose text begins at `start`, -1 if there is none before `end`. */
  after(bytes: Buffer, start: number, end: number, final: boolean): number {
    const run = this.#run(bytes, start, end);
    if (this.#isClosing(bytes, start, run, end, final)) return run - 1;
    if (run >= this.#from && run <= this.#to) return this.#closing;
    this.#closing = -1;
    this.#from = run;
    this.#to = end;
    const view = bytes.subarray(0, end);
    const { quote } = this.#dialect;
    for (let at = view.indexOf(quote, run); at >= 0; ) {
      const next = this.#run(bytes, at, end);
      if (this.#isClosing(bytes, at, next, end, final)) {
        this.#to = at;
        this.#closing = next - 1;
        break;
      }
      at = view.indexOf(quote, next);
    }
    return this.#closing;
  }

  /** Past the quotes at `start`. */
  #run(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] === this.#dialect.quote) at++;
    return at;
  }

  /** Does the run of quotes `[start, end)` close a cell? Two of them stand for one, if quotes are doubled. */
  #isClosing(bytes: Buffer, start: number, end: number, to: number, final: boolean): boolean {
    const { escapeByte } = this.#dialect;
    if (start === end || (escapeByte >= 0 && (end - start) % 2 === 0)) return false;
    return end === to ? final : closes(bytes[end]!, this.#dialect);
  }
}

/** Does that byte, after a quote, make it a closing one? csv-parse takes a NUL for the end of a cell too. */
export function closes(next: number, dialect: DialectBytes): boolean {
  return next === dialect.delimiter || next === LF || next === CR || next === 0 || next === dialect.comment;
}
