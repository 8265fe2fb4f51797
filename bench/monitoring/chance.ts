import { Random } from '../../jobs/generate/random.ts';

/** Draws from the distributions that a shop's days are made of. */
export class Chance {
  readonly #random: Random;

  constructor(...seeds: readonly number[]) {
    this.#random = new Random(...seeds);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.#random.fraction();
  }

  below(limit: number): number {
    return this.#random.below(limit);
  }

  pick<T>(values: readonly T[]): T {
    return this.#random.pick(values);
  }

  is(probability: number): boolean {
    return this.#random.fraction() < probability;
  }

  /** Box and Muller. */
  normal(sd = 1): number {
    return sd * Math.sqrt(-2 * Math.log(1 - this.#random.fraction())) * Math.cos(2 * Math.PI * this.#random.fraction());
  }

  /** Student's t with five degrees of freedom, scaled to a standard deviation: now and then far out, as days are. */
  wild(sd: number): number {
    const squares = Array.from({ length: 5 }, () => this.normal() ** 2).reduce((a, b) => a + b, 0);
    return (sd * this.normal() * Math.sqrt(3 / 5)) / Math.sqrt(squares / 5);
  }

  poisson(mean: number): number {
    if (mean > 40) return Math.max(0, Math.round(mean + this.normal(Math.sqrt(mean))));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.#random.fraction(); product > limit; product *= this.#random.fraction()) count++;
    return count;
  }

  /** How many of `count` happen, each with the probability. */
  binomial(count: number, probability: number): number {
    if (count * Math.min(probability, 1 - probability) > 25) {
      const sd = Math.sqrt(count * probability * (1 - probability));
      return Math.min(count, Math.max(0, Math.round(count * probability + this.normal(sd))));
    }
    let hits = 0;
    for (let i = 0; i < count; i++) if (this.is(probability)) hits++;
    return hits;
  }
}
