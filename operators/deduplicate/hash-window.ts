import { Lanes } from './lanes.ts';

const EMPTY = -1;
const SMALLEST = 1024;

/** The window as plain JSON. */
export interface WindowState {
  /** How many hashes have been pushed out by newer ones. */
  readonly forgotten: number;
  /** The hashes held, oldest first, 16 bytes each, in base64. */
  readonly hashes: string;
  /** Their times, 8 bytes each, in base64; only where times count. */
  readonly times?: string;
}

/**
 * The last so many distinct hashes. Holds at most `capacity`; a new one then pushes out the oldest. 24 to 32 bytes each, and 8 more for
 * its time where one is given.
 */
export class HashWindow {
  readonly #capacity: number;
  #hashes = new Lanes(SMALLEST);
  /** By place; empty where times do not count. */
  #times = new Float64Array(0);
  /** Open addressing: places in `#hashes`. */
  #table = new Int32Array(4 * SMALLEST).fill(EMPTY);
  #count = 0;
  #oldest = 0;
  #forgotten = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds the hash that `from` has at `at`; false if it is there already. */
  add(from: Lanes, at: number): boolean {
    if (this.#placeOf(from, at) !== EMPTY) return false;
    this.#append(from, at);
    return true;
  }

  /** Adds the hash with its time; false if it is there already with a time at most `within` away. Otherwise the new time counts. */
  addWithin(from: Lanes, at: number, time: number, within: number): boolean {
    const known = this.#placeOf(from, at);
    if (known !== EMPTY && Math.abs(time - this.#times[known]!) <= within) return false;
    this.#setTime(known === EMPTY ? this.#append(from, at) : known, time);
    return true;
  }

  #placeOf(from: Lanes, at: number): number {
    const a = from.a[at]!;
    const b = from.b[at]!;
    const c = from.c[at]!;
    const d = from.d[at]!;
    const mask = this.#table.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const place = this.#table[slot]!;
      if (place === EMPTY) return EMPTY;
      const { a: as, b: bs, c: cs, d: ds } = this.#hashes;
      if (as[place] === a && bs[place] === b && cs[place] === c && ds[place] === d) return place;
    }
  }

  #append(from: Lanes, at: number): number {
    const place = this.#freePlace();
    this.#put(place, from.a[at]!, from.b[at]!, from.c[at]!, from.d[at]!);
    return place;
  }

  #setTime(place: number, time: number): void {
    if (this.#times.length < this.#hashes.length) {
      const times = new Float64Array(this.#hashes.length);
      times.set(this.#times);
      this.#times = times;
    }
    this.#times[place] = time;
  }

  snapshot(): WindowState {
    const words = new Int32Array(4 * this.#count);
    for (let i = 0; i < this.#count; i++) {
      const place = (this.#oldest + i) % this.#capacity;
      const { a, b, c, d } = this.#hashes;
      words.set([a[place]!, b[place]!, c[place]!, d[place]!], 4 * i);
    }
    const state = { forgotten: this.#forgotten, hashes: Buffer.from(words.buffer).toString('base64') };
    if (this.#times.length === 0) return state;
    const times = Float64Array.from(
      { length: this.#count },
      (_, i) => this.#times[(this.#oldest + i) % this.#capacity]!,
    );
    return { ...state, times: Buffer.from(times.buffer).toString('base64') };
  }

  static restore(capacity: number, { forgotten, hashes, times = '' }: WindowState): HashWindow {
    const window = new HashWindow(capacity);
    const bytes = Buffer.from(hashes, 'base64');
    for (let at = 0; at < bytes.length; at += 16) {
      const word = (i: number) => bytes.readInt32LE(at + 4 * i);
      window.#put(window.#freePlace(), word(0), word(1), word(2), word(3));
    }
    const seconds = Buffer.from(times, 'base64');
    for (let at = 0; at < seconds.length; at += 8) window.#setTime(at / 8, seconds.readDoubleLE(at));
    window.#forgotten = forgotten;
    return window;
  }

  #put(place: number, a: number, b: number, c: number, d: number): void {
    const hashes = this.#hashes;
    hashes.a[place] = a;
    hashes.b[place] = b;
    hashes.c[place] = c;
    hashes.d[place] = d;
    this.#index(place);
  }

  #index(place: number): void {
    const mask = this.#table.length - 1;
    let slot = this.#hashes.a[place]! & mask;
    while (this.#table[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#table[slot] = place;
  }

  #freePlace(): number {
    if (this.#count === this.#capacity) {
      const place = this.#oldest;
      this.#remove(place);
      this.#oldest = (place + 1) % this.#capacity;
      this.#forgotten++;
      return place;
    }
    if (this.#count === this.#hashes.length) this.#grow();
    return this.#count++;
  }

  #grow(): void {
    const room = Math.min(this.#capacity, 2 * this.#hashes.length);
    this.#hashes = this.#hashes.grown(room);
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * room))).fill(EMPTY);
    for (let place = 0; place < this.#count; place++) this.#index(place);
  }

  /** Takes a place out of the table and moves up what was pushed on by it (Knuth, TAOCP 3, 6.4, algorithm R). */
  #remove(place: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = this.#hashes.a[place]! & mask;
    while (table[hole] !== place) hole = (hole + 1) & mask;
    table[hole] = EMPTY;
    for (let slot = (hole + 1) & mask; table[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const home = this.#hashes.a[table[slot]!]! & mask;
      // It may move to the hole unless its home lies cyclically after that.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      table[hole] = table[slot]!;
      table[slot] = EMPTY;
      hole = slot;
    }
  }
}
