const DIGIT_BITS = 11;
const DIGIT = (1 << DIGIT_BITS) - 1;
/** A table of all keys that there might be may be this long, or some times as long as there are rows. */
const SMALL = 16_384;
const TIMES = 4;

/** Numbers the keys that rows have, in the order of keys. Its memory is used again for the next rows. */
export class KeyNumbers {
  /** How many different keys there are. */
  size = 0;
  /** The number of each row's key, from 0 on. There is room for more rows than were given. */
  numbers = new Int32Array(0);
  #table = new Int32Array(SMALL);
  #rows = new Int32Array(0);
  #sorted = new Int32Array(0);
  readonly #starts = new Int32Array(DIGIT + 1);

  /** Looks at the first `length` rows. `keys` has a column for each part of the key: integers, less than 2^32 apart. */
  assign(keys: readonly Float64Array[], length: number): void {
    if (this.numbers.length < length) this.numbers = new Int32Array(Math.max(length, this.numbers.length * 2));
    const parts = keys.map((values) => new KeyPart(values, length));
    const possible = parts.reduce((product, { range }) => product * range, 1);
    if (length === 0) this.size = 0;
    else if (possible <= Math.max(SMALL, length * TIMES)) this.#assignByTable(parts, possible, length);
    else this.#assignBySorting(parts, length);
  }

  /** Keys that are close to each other are places in a table. */
  #assignByTable(parts: readonly KeyPart[], possible: number, length: number): void {
    const { numbers } = this;
    numbers.fill(0, 0, length);
    for (const part of parts) addDigit(numbers, part, length);
    if (this.#table.length < possible) this.#table = new Int32Array(possible);
    const table = this.#table.fill(0, 0, possible);
    markPlaces(table, numbers, length);
    this.size = numberMarks(table, possible);
    lookUp(table, numbers, length);
  }

  /** Others are sorted: stably by a few bits at a time, the last ones first. Comparing keys takes ten times as long. */
  #assignBySorting(parts: readonly KeyPart[], length: number): void {
    if (this.#rows.length < length) {
      this.#rows = new Int32Array(this.numbers.length);
      this.#sorted = new Int32Array(this.numbers.length);
    }
    countUp(this.#rows, length);
    for (const part of parts.toReversed()) {
      for (let shift = 0; shift < 32 && 2 ** shift < part.range; shift += DIGIT_BITS) {
        this.#sortByDigit(part, shift, length);
      }
    }
    const marks = this.#sorted.fill(0, 0, length);
    for (const { values } of parts) markChanges(marks, values, this.#rows, length);
    this.size = numberRuns(this.#rows, marks, this.numbers, length);
  }

  #sortByDigit({ values, least }: KeyPart, shift: number, length: number): void {
    const starts = this.#starts.fill(0);
    countDigits(starts, values, least, shift, length);
    startsOfCounts(starts);
    const rows = this.#rows;
    this.#rows = this.#sorted;
    this.#sorted = rows;
    placeByDigit(this.#rows, rows, starts, values, least, shift, length);
  }
}

/** One part of the keys, and the numbers from the least to the greatest of its values. */
class KeyPart {
  readonly values: Float64Array;
  readonly least: number;
  readonly range: number;

  constructor(values: Float64Array, length: number) {
    const limits = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    widen(limits, values, length);
    this.values = values;
    this.least = limits[0]!;
    this.range = limits[1]! - this.least + 1;
  }
}

// Each loop is a function of its own, which ends with it: V8 compiles a loop while it runs, without knowing what comes after.

/** Moves the least and the greatest value apart until all values lie between them. */
function widen(limits: Float64Array, values: Float64Array, length: number): void {
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (value < limits[0]!) limits[0] = value;
    if (value > limits[1]!) limits[1] = value;
  }
}

/** Takes codes for numbers that get one more digit, whose base is the part's range. */
function addDigit(codes: Int32Array, { values, least, range }: KeyPart, length: number): void {
  for (let row = 0; row < length; row++) codes[row] = codes[row]! * range + values[row]! - least;
}

function markPlaces(table: Int32Array, places: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) table[places[row]!] = 1;
}

/** Puts numbers, from 0 on, where there are marks. Returns how many there were. */
function numberMarks(table: Int32Array, length: number): number {
  let size = 0;
  for (let place = 0; place < length; place++) if (table[place] === 1) table[place] = size++;
  return size;
}

/** Replaces places by what is there. */
function lookUp(table: Int32Array, places: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) places[row] = table[places[row]!]!;
}

function countUp(rows: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) rows[row] = row;
}

function countDigits(counts: Int32Array, values: Float64Array, least: number, shift: number, length: number): void {
  for (let row = 0; row < length; row++) counts[((values[row]! - least) >>> shift) & DIGIT]!++;
}

/** Replaces each count by the sum of those before it. */
function startsOfCounts(counts: Int32Array): void {
  let start = 0;
  for (let digit = 0; digit <= DIGIT; digit++) {
    const count = counts[digit]!;
    counts[digit] = start;
    start += count;
  }
}

function placeByDigit(
  to: Int32Array,
  from: Int32Array,
  starts: Int32Array,
  values: Float64Array,
  least: number,
  shift: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const row = from[i]!;
    to[starts[((values[row]! - least) >>> shift) & DIGIT]!++] = row;
  }
}

/** Marks where a part of the key is another than that of the row before. */
function markChanges(marks: Int32Array, values: Float64Array, rows: Int32Array, length: number): void {
  for (let i = 1; i < length; i++) if (values[rows[i]!] !== values[rows[i - 1]!]) marks[i] = 1;
}

/** Gives each row the number of marks up to it, and returns how many numbers that are. */
function numberRuns(rows: Int32Array, marks: Int32Array, numbers: Int32Array, length: number): number {
  let number = 0;
  for (let i = 0; i < length; i++) {
    number += marks[i]!;
    numbers[rows[i]!] = number;
  }
  return number + 1;
}
