import { type Static, Type } from '@sinclair/typebox';
import { CallOptions, ConcurrencyOptions } from '../async-map/call-options.ts';
import { type CallContext, Calls } from '../async-map/calls.ts';
import { HttpClient } from '../http/client.ts';
import { headersFrom } from '../http/headers.ts';
import { valueAt } from '../http/json-path.ts';
import { jsonOf } from '../http/parsed-answer.ts';
import { RequestOptions } from '../http/request-options.ts';
import { UrlTemplate } from '../http/url-template.ts';
import { Cache, type CacheOptions } from './cache.ts';
import { unknownNames } from './errors.ts';
import { type AsyncFinder, type Found, type Key, keyText } from './finder.ts';

export const HttpSource = Type.Object(
  {
    url: Type.String({
      description: 'Address to GET; `{name}` stands for a value of the key, under the name it has in `on`.',
    }),
    results: Type.String({
      default: '',
      description:
        'Path in the answer to what was found: an object, or a list whose first element counts. Empty if it is the whole answer.',
    }),
    ...ConcurrencyOptions,
    ...CallOptions,
    ...RequestOptions,
  },
  {
    additionalProperties: false,
    description: 'A service that answers with JSON; 404, 410, null and an empty list mean that there is nothing.',
  },
);

const NOT_THERE = [404, 410];

type Outcome = Awaited<ReturnType<AsyncFinder['find']>>;

/** Asks a service for each key once: answers are cached, and who asks the same at the same time waits for the same answer. */
export class HttpFinder implements AsyncFinder {
  readonly #url: UrlTemplate;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #results: string;
  readonly #names: readonly string[];
  readonly #calls: Calls;
  readonly #client: HttpClient;
  readonly #cache: Cache<Found | null>;
  readonly #asked = new Map<string, Promise<Outcome>>();

  /** `names` are those of the key's values. Throws `bad_option` or `missing_secret`. */
  constructor(
    source: Static<typeof HttpSource>,
    { names, cache }: { names: readonly string[]; cache: CacheOptions },
    context: CallContext,
  ) {
    this.#url = new UrlTemplate('http.url', source.url);
    const unknown = this.#url.names.filter((name) => !names.includes(name));
    if (unknown.length > 0) throw unknownNames('`on`', unknown, names);
    this.#headers = { accept: 'application/json', ...headersFrom(source.headers) };
    this.#results = source.results;
    this.#names = names;
    this.#calls = new Calls(source, context);
    this.#client = new HttpClient({
      maxResponseBytes: source.maxResponseBytes,
      expected: NOT_THERE,
      now: context.now,
    });
    this.#cache = new Cache(cache, context.now);
  }

  find(key: Key): Promise<Outcome> {
    const text = keyText(key);
    const known = this.#cache.get(text);
    if (known !== undefined) return Promise.resolve(known);
    let asked = this.#asked.get(text);
    if (!asked) {
      asked = this.#ask(key, text).finally(() => this.#asked.delete(text));
      this.#asked.set(text, asked);
    }
    return asked;
  }

  close(): void {
    this.#calls.close();
    this.#client.close();
  }

  async #ask(key: Key, text: string): Promise<Outcome> {
    const called = await this.#calls.run(({ signal }) => this.#request(key, signal));
    if ('fault' in called) return called;
    this.#cache.set(text, called.value);
    return called.value;
  }

  async #request(key: Key, signal: AbortSignal): Promise<Found | null> {
    const url = this.#url.fill((name) => key[this.#names.indexOf(name)]!);
    const answer = await this.#client.send({ method: 'GET', url, headers: this.#headers }, signal);
    if (NOT_THERE.includes(answer.status)) return null;
    const results = valueAt(jsonOf(answer), this.#results);
    const found: unknown = Array.isArray(results) ? results[0] : results;
    return found === undefined || found === null ? null : (path) => valueAt(found, path);
  }
}
