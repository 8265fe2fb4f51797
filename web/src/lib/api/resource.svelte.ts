import { RequestError } from './request.ts';

/** Something fetched: what there is of it, whether more is coming, and what went wrong. Old data stay until new ones come. */
export class Resource<T> {
  #data = $state.raw<T | null>(null);
  #error = $state.raw<RequestError | null>(null);
  #isLoading = $state(false);
  #abort: AbortController | null = null;

  get data(): T | null {
    return this.#data;
  }
  get error(): RequestError | null {
    return this.#error;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Fetches anew; an earlier fetch that is still under way is given up. Never throws. */
  async load(fetcher: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#isLoading = true;
    try {
      const data = await fetcher(abort.signal);
      if (this.#abort !== abort) return;
      this.#data = data;
      this.#error = null;
    } catch (error) {
      if (this.#abort === abort) this.#error = asRequestError(error);
    } finally {
      if (this.#abort === abort) this.#isLoading = false;
    }
  }

  /** Gives up what is under way. */
  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#isLoading = false;
  }
}

function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  return new RequestError(error instanceof Error ? error.message : String(error), 'unknown', 0, { cause: error });
}
