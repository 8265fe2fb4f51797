export interface TokenBucketOptions {
  readonly perSecond: number;
  /** Most tokens that gather while nobody takes any. */
  readonly burst: number;
}

/** What a bucket knows, as plain JSON: when it will be full, in milliseconds since 1970. */
export interface TokenBucketState {
  readonly fullAt: number;
}

/**
 * Gives so many tokens a second. Kept as the instant at which the bucket will be full, the generic cell rate algorithm
 * (ITU-T I.371), so there is nothing to refill. A clock that stands still or goes back does no harm: who has waited says so.
 */
export class TokenBucket {
  readonly #msPerToken: number;
  readonly #burst: number;
  readonly #now: () => number;
  #fullAt = 0;
  /** When it was last asked how long to wait. */
  #askedAt = 0;
  /** Until when somebody has waited, should the clock not show it. */
  #waitedUntil = 0;

  constructor({ perSecond, burst }: TokenBucketOptions, now: () => number) {
    this.#msPerToken = 1000 / perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /** Tokens that can be taken now. */
  get available(): number {
    const untilFull = Math.max(0, this.#fullAt - this.#time());
    // Rounding must not make a whole token out of most of one, nor cost the last one.
    return Math.max(0, Math.floor(this.#burst - untilFull / this.#msPerToken + 1e-6));
  }

  take(tokens: number): void {
    this.#fullAt = Math.max(this.#fullAt, this.#time()) + tokens * this.#msPerToken;
  }

  /** Milliseconds until so many, at most `burst`, can be taken. */
  waitFor(tokens: number): number {
    this.#askedAt = this.#time();
    const untilFull = this.#fullAt - this.#askedAt;
    return Math.max(0, untilFull - (this.#burst - tokens) * this.#msPerToken);
  }

  /** Whoever asked {@link waitFor} has waited so long since. */
  waited(milliseconds: number): void {
    this.#waitedUntil = this.#askedAt + milliseconds;
  }

  snapshot(): TokenBucketState {
    return { fullAt: this.#fullAt };
  }

  restore({ fullAt }: TokenBucketState): void {
    this.#fullAt = fullAt;
  }

  #time(): number {
    return Math.max(this.#now(), this.#waitedUntil);
  }
}
