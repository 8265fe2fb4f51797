export interface BreakerOptions {
  /** Calls in a row that must fail before it opens; 0 for never. */
  readonly failures: number;
  /** How long it stays open before one call may try whether the service is back. */
  readonly openMs: number;
}

/**
 * Spares a service that is down, and the time of waiting for it. Closed, all calls pass; after so many failures in a row it is open,
 * and none do; after a while it is half-open: one call is let through, and its success closes it (Nygard, "Release It!", 2007).
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #failures = 0;
  #openedAt: number | null = null;
  #isProbing = false;

  constructor(options: BreakerOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#openedAt === null) return 'closed';
    return this.#now() - this.#openedAt >= this.#options.openMs ? 'half-open' : 'open';
  }

  /** Whether a call may be made now. Who is let through must say how it ended. */
  admits(): boolean {
    const { state } = this;
    if (state === 'closed') return true;
    if (state === 'open' || this.#isProbing) return false;
    this.#isProbing = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openedAt = null;
    this.#isProbing = false;
  }

  failed(): void {
    this.#failures++;
    const { failures } = this.#options;
    if (failures > 0 && this.#failures >= failures) this.#openedAt = this.#now();
    this.#isProbing = false;
  }
}
