import { setMaxListeners } from 'node:events';
import type { Fault, OperatorContext } from '../../engine/operator.ts';
import { CallError, callError } from './call-error.ts';
import type { CallOptions } from './call-options.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { wait } from './wait.ts';

/** What one attempt is told. */
export interface Attempt {
  /** Aborted when the attempt has taken too long, or the run ends. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly number: number;
}

export type Called<T> = { readonly value: T } | { readonly fault: Fault };

/** What calls need of an operator's context. */
export type CallContext = Pick<OperatorContext, 'signal' | 'now' | 'random'>;

/**
 * Makes calls that may fail: each attempt has a time limit, what may pass is tried again after a growing wait, and a circuit
 * breaker spares a service that is down. Knows nothing of what is called.
 */
export class Calls {
  readonly #options: CallOptions;
  readonly #context: CallContext;
  readonly #breaker: CircuitBreaker;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  #pause: Promise<void> | null = null;

  constructor(options: CallOptions, context: CallContext) {
    this.#options = options;
    this.#context = context;
    this.#breaker = new CircuitBreaker(options.breaker, context.now);
    this.#signal = AbortSignal.any([context.signal, this.#end.signal]);
    // One listener for each call under way, which are as many as the plan says.
    setMaxListeners(0, this.#signal);
  }

  /** Gives what `attempt` gives, or the fault of the last attempt. Rejects only when the run is aborted or this is closed. */
  async run<T>(attempt: (attempt: Attempt) => Promise<T>): Promise<Called<T>> {
    this.#signal.throwIfAborted();
    if (!this.#breaker.admits()) return { fault: CIRCUIT_OPEN };
    try {
      const value = await this.#persist(attempt);
      this.#breaker.succeeded();
      return { value };
    } catch (error) {
      this.#signal.throwIfAborted();
      const { code, message, isPassing } = callError(error);
      // Who says no to one record is not down.
      if (isPassing) this.#breaker.failed();
      else this.#breaker.succeeded();
      return { fault: { code, message } };
    }
  }

  /** Ends all that is under way. */
  close(): void {
    this.#end.abort();
  }

  async #persist<T>(attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { attempts } = this.#options.retry;
    for (let number = 1; ; number++) {
      await this.#pause;
      try {
        return await this.#limited(attempt, number);
      } catch (error) {
        this.#signal.throwIfAborted();
        const failure = callError(error);
        const delay = this.#delayAfter(failure, number);
        if (!failure.isPassing || delay === null) throw failure;
        if (number >= attempts) throw attempts === 1 ? failure : exhausted(failure, attempts);
        await this.#wait(delay, failure.retryAfterMs !== null);
      }
    }
  }

  /** One attempt, given up after its time also where it does not heed its signal. */
  async #limited<T>(attempt: (attempt: Attempt) => Promise<T>, number: number): Promise<T> {
    const { timeoutMs } = this.#options;
    const controller = new AbortController();
    const { promise: given, reject } = Promise.withResolvers<never>();
    const give = (error: unknown) => {
      reject(error);
      controller.abort(error);
    };
    const late = () => give(new CallError('timed_out', `no answer within ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    const aborted = () => give(this.#signal.reason);
    this.#signal.addEventListener('abort', aborted, { once: true });
    try {
      return await Promise.race([attempt({ signal: controller.signal, number }), given]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', aborted);
    }
  }

  /** Milliseconds to the next attempt; null where the service asks for more patience than there is. */
  #delayAfter({ retryAfterMs }: CallError, number: number): number | null {
    const { firstDelayMs, maxDelayMs } = this.#options.retry;
    if (retryAfterMs !== null) return retryAfterMs <= maxDelayMs ? retryAfterMs : null;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** (number - 1));
    return delay * (1 - this.#context.random() / 2);
  }

  /** A service that asks for a pause is left alone by all. */
  #wait(delay: number, byAll: boolean): Promise<void> {
    const waited = wait(delay, this.#signal);
    if (!byAll) return waited;
    const pause = Promise.all([this.#pause, waited]).then(() => {
      if (this.#pause === pause) this.#pause = null;
    });
    pause.catch(() => {});
    this.#pause = pause;
    return pause;
  }
}

const CIRCUIT_OPEN: Fault = {
  code: 'circuit_open',
  message: 'not asked, as the calls before have failed; the record can be loaded again when the service is back',
};

function exhausted({ code, message }: CallError, attempts: number): CallError {
  return new CallError(code, `${message} (${attempts} attempts)`);
}
