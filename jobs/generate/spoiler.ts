import { DIRT, type Dirt } from './dirt.ts';
import { Random } from './random.ts';

/** A record that was spoilt: its physical line in its file, and how. */
export interface Spoilt {
  readonly line: number;
  readonly dirt: Dirt;
}

const LINE_FEED = 10;

/**
 * Spoils a fraction of the rows written, dealing the kinds of dirt out in turn. Draws from a sequence of its own, so the
 * rows it leaves alone are the same at every fraction.
 */
export class Spoiler {
  /** What was spoilt since somebody last took it. */
  #spoilt: Spoilt[] = [];
  readonly #random: Random;
  readonly #fraction: number;
  #dealt = 0;

  constructor(seed: number, fraction: number) {
    this.#random = new Random(seed, 7);
    this.#fraction = fraction;
  }

  /** Whether the next row is to be spoilt. */
  strikes(): boolean {
    return this.#fraction > 0 && this.#random.fraction() < this.#fraction;
  }

  /** Spoils the row `target[start, end)`, which stands on `line`; returns where it ends then. */
  spoil(target: Buffer, start: number, end: number, line: number): number {
    // The modulus is below the length.
    const dirt = DIRT[this.#dealt++ % DIRT.length]!;
    const cells = target
      .toString('latin1', start, end - 1)
      .replaceAll('"', '')
      .split(',');
    const text = dirt.spoil(cells, this.#random);
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    target.set(bytes, start);
    target[start + bytes.length] = LINE_FEED;
    this.#spoilt.push({ line, dirt });
    return start + bytes.length + 1;
  }

  take(): Spoilt[] {
    const spoilt = this.#spoilt;
    this.#spoilt = [];
    return spoilt;
  }

  /** How the last row given to {@link spoil} was spoilt. */
  get last(): Dirt | undefined {
    return this.#spoilt.at(-1)?.dirt;
  }
}
